-- The issuing desk shows a document's descent: the leaves of its records and the newest signed tree, in which there is no personal data.

GRANT SELECT ON ledger_entry, ledger_leaf, tree_head TO catena_issuance;
