"""The program: chapters × editions → ``outputs/``, and the command ``traite``."""
