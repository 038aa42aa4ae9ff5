"""Pages of stage 4: the notice, one's own application, the school's opinions, the review."""
