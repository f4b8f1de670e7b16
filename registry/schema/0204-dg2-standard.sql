-- By which standard DG2 is goes with the day from which a State writes the newer one, which is configuration.  A document keeps it, so that its files can be composed again
-- after that day was moved.

ALTER TABLE document ADD COLUMN dg2_standard text CHECK (dg2_standard IN ('19794', '39794'));
COMMENT ON COLUMN document.dg2_standard IS 'ISO/IEC 19794-5 or 39794-5; NULL: older documents, of which the day of issue says it';
