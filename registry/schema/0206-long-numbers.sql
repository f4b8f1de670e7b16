-- Numbers of more than nine characters, where the machine readable zone has room for them: on cards (Doc 9303-5 4.2.2) and sheets (9303-6 4.2.2).

ALTER TABLE document_kind ADD COLUMN number_length int NOT NULL DEFAULT 9;
ALTER TABLE document_kind ADD CONSTRAINT number_fits CHECK (number_length BETWEEN 9 AND CASE mrz_form WHEN 'TD1' THEN 22 WHEN 'TD2' THEN 14 ELSE 9 END);
COMMENT ON COLUMN document_kind.number_length IS 'Characters of a document number: the letter of the series and what has no meaning';
-- one more than fits into its place: beside its rest a card still has room for the personal number
UPDATE document_kind SET number_length = 10 WHERE code = 'ID';

ALTER TABLE document DROP CONSTRAINT document_number_check;
ALTER TABLE document ADD CONSTRAINT document_number_check CHECK (number ~ '^[A-Z0-9]{9,22}$');
