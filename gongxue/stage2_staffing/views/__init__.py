"""Pages of stage 2: the opening application, the staffing page of a class, a teacher's invitations."""
