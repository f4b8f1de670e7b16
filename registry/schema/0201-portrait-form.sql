-- How the portrait of a document was made fit for its chip.  It stays with the document, so that its files can be composed again after the
-- configuration was changed.

ALTER TABLE document ADD COLUMN portrait_form text CHECK (portrait_form ~ '^(jpeg|jpeg2000) [0-9]{1,5} [0-9]{1,7} [0-9]{1,5}$');
COMMENT ON COLUMN document.portrait_form IS 'Format, width of the frame, most octets, least PSNR in hundredths of a decibel (issuance/perso/faceimage.h); NULL: as it was enrolled';
