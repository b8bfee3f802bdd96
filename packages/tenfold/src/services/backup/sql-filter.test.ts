import assert from "node:assert/strict";
import { test } from "node:test";
import { databaseOf, extensionOf, SqlFilter } from "./sql-filter.ts";

function kept(text: string, wanted: string | null = null): string {
  const filter = new SqlFilter(wanted);
  return text
    .split("\n")
    .filter((line) => filter.keeps(line))
    .join("\n");
}

test("owners, rights, roles and extensions are left out", () => {
  const dump = `SET client_encoding = 'UTF8';
\\restrict abc
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
CREATE ROLE boss;
CREATE TABLE public.people (id int);
ALTER TABLE public.people OWNER TO boss;
-- Name: TABLE people; Type: ACL; Schema: public; Owner: boss
GRANT SELECT ON TABLE public.people TO reader;
-- Name: people_pkey; Type: CONSTRAINT; Schema: public; Owner: boss
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);`;
  assert.equal(
    kept(dump)
      .split("\n")
      .filter((line) => !line.startsWith("--"))
      .join("\n"),
    `SET client_encoding = 'UTF8';
CREATE TABLE public.people (id int);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);`,
  );
});

test("rows and bodies of functions pass as they are", () => {
  const dump = `COPY public.notes (text) FROM stdin;
GRANT ALL ON x TO y;
\\connect other
$$
\\.
CREATE FUNCTION f() RETURNS void AS $_$
ALTER TABLE a OWNER TO b;
$_$;
SELECT 1;`;
  assert.equal(kept(dump), dump);
});

test("of several databases, one is kept", () => {
  const dump = `CREATE ROLE boss;
\\connect template1
CREATE TABLE a (id int);
\\connect -reuse-previous=on "dbname='odd name'"
COPY t FROM stdin;
\\connect shop
\\.
CREATE TABLE b (id int);
\\connect shop
CREATE TABLE c (id int);`;
  assert.equal(kept(dump, "shop"), "CREATE TABLE c (id int);");
  assert.equal(kept(dump, "odd name"), "COPY t FROM stdin;\n\\connect shop\n\\.\nCREATE TABLE b (id int);");
});

test("what a line names", () => {
  assert.equal(databaseOf("\\connect shop"), "shop");
  assert.equal(databaseOf('\\connect "Shop"'), "Shop");
  assert.equal(databaseOf("-- \\connect shop"), undefined);
  assert.equal(extensionOf('CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;'), "uuid-ossp");
  assert.equal(extensionOf("CREATE TABLE extension (id int);"), undefined);
});
