-- Physical names are made of keys. The first digits of an id are its key unless another id of the kind has taken them:
-- ids that hosts choose may begin alike.
ALTER TABLE docpal.companies ADD COLUMN key text;
UPDATE docpal.companies SET key = substr(replace(id::text, '-', ''), 1, 12);
ALTER TABLE docpal.companies
    ALTER COLUMN key SET NOT NULL, ADD CONSTRAINT companies_key UNIQUE (key), DROP COLUMN schema_name;

ALTER TABLE docpal.tables ADD COLUMN key text;
UPDATE docpal.tables SET key = substr(replace(id::text, '-', ''), 1, 16);
ALTER TABLE docpal.tables
    ALTER COLUMN key SET NOT NULL, ADD CONSTRAINT tables_key UNIQUE (company_id, key);

-- Unique in the company and not in the table only, because indexes are named by it.
ALTER TABLE docpal.fields ADD COLUMN key text;
UPDATE docpal.fields SET key = substr(replace(id::text, '-', ''), 1, 16);
ALTER TABLE docpal.fields
    ALTER COLUMN key SET NOT NULL, ADD CONSTRAINT fields_key UNIQUE (company_id, key);
DROP INDEX docpal.fields_company;

-- A rule that takes reaches owners only if an owner or the system made it. Who made the older ones is not known: they
-- keep what they have taken, and owners may delete them.
ALTER TABLE docpal.rules ADD COLUMN binds_owners boolean;
UPDATE docpal.rules SET binds_owners = effect = 'deny';
ALTER TABLE docpal.rules ALTER COLUMN binds_owners SET NOT NULL;
