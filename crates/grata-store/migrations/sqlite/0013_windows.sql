-- BYS-6: the days whose photos a closed group compares, both included; none: all of its album.
ALTER TABLE closed_groups ADD COLUMN window_from TEXT;
ALTER TABLE closed_groups ADD COLUMN window_to TEXT CHECK ((window_to IS NULL) = (window_from IS NULL));
