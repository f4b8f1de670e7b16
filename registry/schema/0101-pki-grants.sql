-- What may be seen of keys and ceremonies, and who writes what.

CREATE VIEW key_standing AS
	SELECT k.id, k.kind, k.token_label, k.key_label, k.algorithm, coalesce(k.is_offline, false) AS is_offline, k.created_at,
	    s.state, s.changed_at, c.id AS certificate_id, c.not_before, c.not_after, c.use_until,
	    (SELECT count(*) FROM certificate x JOIN document_signature d ON d.certificate_id = x.id WHERE x.signing_key_id = k.id)
	    + (SELECT count(*) FROM certificate x JOIN certificate i ON i.issuer_id = x.id WHERE x.signing_key_id = k.id)
	    + (SELECT count(*) FROM certificate x JOIN crl l ON l.certificate_id = x.id WHERE x.signing_key_id = k.id)
	    + (SELECT count(*) FROM certificate x JOIN signed_list l ON l.certificate_id = x.id WHERE x.signing_key_id = k.id) AS signatures
	FROM signing_key k LEFT JOIN current_state s ON s.subject_id = k.id
	LEFT JOIN LATERAL (SELECT * FROM certificate c WHERE c.signing_key_id = k.id AND c.profile IS DISTINCT FROM 'link'
	    ORDER BY c.not_before DESC, c.id DESC LIMIT 1) c ON true;
COMMENT ON VIEW key_standing IS 'Where each key is, its state, its newest certificate and what was signed with it';

-- Every signature belongs to a booklet and every booklet has one: what does not is an alarm.
CREATE VIEW signature_alarm AS
	SELECT 'booklet_without_signature' AS alarm, d.id AS document_id, NULL::uuid AS certificate_id, 1::bigint AS signatures, s.changed_at AS since
	    FROM current_state s JOIN document d ON d.id = s.subject_id
	    WHERE s.machine = 'document' AND s.state NOT IN ('allocated', 'spoiled')
	    AND NOT EXISTS (SELECT FROM document_signature g WHERE g.document_id = d.id)
	UNION ALL
	SELECT 'signature_without_booklet', g.document_id, g.certificate_id, 1, g.created_at
	    FROM document_signature g LEFT JOIN current_state s ON s.subject_id = g.document_id
	    WHERE coalesce(s.state, 'allocated') = 'allocated' AND g.created_at < now() - interval '1 day'
	UNION ALL
	SELECT 'signature_unrecorded', NULL, t.certificate_id, sum(t.made - t.recorded)::bigint, min(t.from_at)
	    FROM signature_tally t GROUP BY t.certificate_id HAVING sum(t.made) > sum(t.recorded);
COMMENT ON VIEW signature_alarm IS 'Booklets that left production unsigned; signatures whose booklet was not made within a day; signatures the token made that are nowhere';

REVOKE INSERT ON certificate FROM catena_pki; -- they come of ceremonies, which signd carries out
GRANT INSERT ON ceremony, ceremony_decision TO catena_pki;
GRANT SELECT ON ceremony, ceremony_rule, key_rule, current_ceremony_rule, current_key_rule, ceremony_decision, ceremony_request,
    ceremony_execution, key_event, key_generation, revocation, crl, signed_list, key_retirement, signature_tally, key_standing
    TO catena_pki, catena_signer, catena_reader;
GRANT SELECT ON signature_alarm TO catena_pki, catena_reader;
GRANT SELECT ON revocation, crl, signed_list TO catena_issuance, catena_inspection;
GRANT SELECT (id, is_active) ON officer TO catena_signer;
GRANT SELECT ON officer_role, transition TO catena_signer;
GRANT INSERT ON ceremony_request, ceremony_execution, key_generation, certificate, revocation, crl, signed_list, ceremony_rule, key_rule,
    key_retirement, signature_tally TO catena_signer;
