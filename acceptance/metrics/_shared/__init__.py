"""What metrics of several families share."""
