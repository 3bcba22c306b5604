"""What people fill in: devices, answers, scores of a panel."""
