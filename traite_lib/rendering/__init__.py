"""From chapters and editions to annexes: discovery, execution with papermill, pages, manifest."""
