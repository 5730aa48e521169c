"""What people type: one module for each group of commands, and what they share in ``terminal``."""
