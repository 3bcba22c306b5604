"""Video as it was coded: clips read and written, their planes, colour and tone."""
