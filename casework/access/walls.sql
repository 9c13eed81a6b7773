-- What every wall stands on: who asks, verified, and what they hold. Written by `casework db secure`, as the owner.
--
-- The functions that the policies ask run as the owner and are asked a few times by every statement: each verifies what
-- was said once, and looks once. `said` and `granted` are parts of them: whoever else runs those, runs them as themselves.
DROP SCHEMA IF EXISTS wall CASCADE;
CREATE SCHEMA wall;
CREATE TABLE wall.secret (inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
CREATE TABLE wall.built (digest text NOT NULL, standing text NOT NULL);

-- The parts of what was said, if it was signed with the key, for this connection, and has not run out; else an error.
CREATE FUNCTION wall.said() RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  words text := current_setting('casework.asks', true);
  part text[];
  pad wall.secret;
BEGIN
  IF words IS NULL OR words = '' THEN RETURN NULL; END IF;
  part := string_to_array(words, '|');
  SELECT * INTO STRICT pad FROM wall.secret;
  IF array_length(part, 1) = 6 AND part[6] = encode(sha256(pad.outer_pad || sha256(pad.inner_pad ||
       convert_to(array_to_string(part[1:5], '|'), 'UTF8'))), 'hex')
     AND part[3]::int = pg_backend_pid() AND part[4]::bigint >= extract(epoch FROM statement_timestamp())
  THEN RETURN part; END IF;
  RAISE EXCEPTION 'the context is forged or has expired' USING ERRCODE = 'insufficient_privilege';
END $$;

-- The grants in force of whoever said this, of these roles (NULL: of any). The only place that reads them. Becomes part
-- of the question that it stands in.
CREATE FUNCTION wall.granted(part text[], of_roles text[]) RETURNS TABLE (user_id uuid, role text, office_id uuid)
  LANGUAGE sql STABLE AS $$
  SELECT g.user_id, g.role::text, g.office_id FROM public.role_grant g JOIN public."user" u ON u.id = g.user_id
   WHERE part[1] = 'asks' AND g.user_id = part[2]::uuid AND u.disabled_at IS NULL
     AND (of_roles IS NULL OR g.role = ANY (of_roles))
     AND g.since <= part[5]::timestamptz AND (g.until IS NULL OR g.until > part[5]::timestamptz)
$$;

-- Whoever asks: a person, or Casework itself. Nobody while the rules look. A person who was disabled is nobody.
CREATE FUNCTION wall.actor() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN
  IF part IS NULL OR part[1] <> 'asks'
     OR EXISTS (SELECT FROM public."user" u WHERE u.id = part[2]::uuid AND u.disabled_at IS NOT NULL)
  THEN RETURN NULL; END IF;
  RETURN part[2]::uuid;
END $$;

-- The same, also when disabled a moment ago: who signs what they are doing.
CREATE FUNCTION wall.signer() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN
  IF part[1] = 'asks' THEN RETURN part[2]::uuid; END IF;
  RETURN NULL;
END $$;

-- Casework acts by itself.
CREATE FUNCTION wall.system() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN RETURN coalesce(part[1] = 'asks' AND part[2] = '{system}', false); END $$;

-- The rules of law look for themselves, or Casework does.
CREATE FUNCTION wall.rules() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN RETURN coalesce(part[2] = '{system}', false); END $$;

-- The asker's grants that are in force, and the moment that was said. A link finds its people by them.
CREATE FUNCTION wall.grants() RETURNS TABLE (user_id uuid, role text, office_id uuid, moment timestamptz)
  LANGUAGE plpgsql STABLE COST 10 ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN
  RETURN QUERY SELECT g.user_id, g.role, g.office_id, part[5]::timestamptz FROM wall.granted(part, NULL) g;
END $$;

CREATE FUNCTION wall.holder(of_roles text[]) RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN RETURN (SELECT g.user_id FROM wall.granted(part, of_roles) g LIMIT 1); END $$;

CREATE FUNCTION wall.holds(of_roles text[]) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN RETURN EXISTS (SELECT FROM wall.granted(part, of_roles)); END $$;

CREATE FUNCTION wall.sees(of_roles text[]) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN
  IF part IS NULL OR part[2] = '{system}' OR of_roles = '{}' THEN RETURN coalesce(part[2] = '{system}', false); END IF;
  RETURN EXISTS (SELECT FROM wall.granted(part, of_roles));
END $$;

CREATE FUNCTION wall.offices(of_roles text[]) RETURNS SETOF uuid LANGUAGE plpgsql STABLE COST 10 ROWS 3 SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN RETURN QUERY SELECT g.office_id FROM wall.granted(part, of_roles) g WHERE g.office_id IS NOT NULL; END $$;

CREATE FUNCTION wall.roles(of_roles text[]) RETURNS SETOF text LANGUAGE plpgsql STABLE COST 10 ROWS 3 SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN RETURN QUERY SELECT g.role FROM wall.granted(part, of_roles) g; END $$;

-- Whoever writes as the runtime role writes no name but their own where a row says who did something, and takes none away
-- of those who did it.
CREATE FUNCTION wall.own_name() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
  after jsonb;
  before jsonb := '{}';
BEGIN
  IF current_user <> '{runtime}' THEN RETURN NEW; END IF;
  after := to_jsonb(NEW);
  IF TG_OP = 'UPDATE' THEN before := to_jsonb(OLD); END IF;
  FOREACH name IN ARRAY TG_ARGV LOOP
    IF after ->> name IS DISTINCT FROM before ->> name AND (after ->> name IS NOT NULL OR name LIKE '%by_id')
       AND after ->> name IS DISTINCT FROM wall.signer()::text
    THEN RAISE EXCEPTION 'nobody writes another name than their own' USING ERRCODE = 'insufficient_privilege'; END IF;
  END LOOP;
  RETURN NEW;
END $$;

-- Is this about the moment that was said? An event is not dated otherwise.
CREATE FUNCTION wall.about_now(at timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE part text[] := wall.said();
BEGIN
  RETURN part IS NULL OR at BETWEEN part[5]::timestamptz - interval '10 minutes'
                                AND part[5]::timestamptz + interval '10 minutes';
END $$;

-- The transaction at hand, once it has written: what it wrote it may go on writing.
CREATE FUNCTION wall.writing() RETURNS xid LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE at_work xid := pg_current_xact_id_if_assigned()::xid;
BEGIN
  IF at_work IS NULL THEN RETURN NULL; END IF;
  IF (wall.said())[1] = 'asks' THEN RETURN at_work; END IF;
  RETURN NULL;
END $$;
