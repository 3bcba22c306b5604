"""Analysis that several families of metrics share."""
