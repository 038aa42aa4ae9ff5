"""Pages of stage 6: scoring under seal, progress, a trainee's own standing, confirmation, the transcript."""
