-- The facts that nobody knows and that a proposed line was guessed from; null
-- for a line that rests on none, as every line of the first rule set.
ALTER TABLE tax_line ADD COLUMN lacks jsonb;
