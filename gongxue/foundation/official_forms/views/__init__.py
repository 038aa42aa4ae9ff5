"""Pages of official forms: the public blank sheets; versions, drafts, comparison and sums for the centre."""
