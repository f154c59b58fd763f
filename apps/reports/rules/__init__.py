"""What a report says, worked out from figures without the database."""
