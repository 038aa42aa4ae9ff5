"""Pages of stage 5: the class office, the roll call, learning products."""
