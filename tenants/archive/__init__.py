"""An enterprise as one file: exported, verified, restored, moved."""
