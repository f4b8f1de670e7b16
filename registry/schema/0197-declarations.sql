-- Who declares: in the own name a clerk of the office; in that of another, who proposed it, the registrar who promotes an entry of a paper register.
-- 0180 let any officer of the office.

DROP POLICY writes ON act;
CREATE POLICY writes ON act FOR INSERT TO catena_civil WITH CHECK (office_id = ANY (
    acting_offices(CASE WHEN officer_id::text = acting_principal() THEN 'clerk' ELSE 'registrar' END)));
DROP POLICY writes ON act_decision;
CREATE POLICY writes ON act_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (
    acting_offices(CASE WHEN event = 'declare' AND officer_id::text = acting_principal() THEN 'clerk' WHEN event = 'approve' THEN 'supervisor' ELSE 'registrar' END))));
