"""What is written: chapters, pages, data, and the folder of an edition that holds them."""
