"""Pages of this part: registers, the pool, the import of people, one full ID number."""
