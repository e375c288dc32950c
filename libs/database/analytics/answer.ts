/**
 * SQL functions that the views share. They find in a reply what `extractAnswers` (#scoring) finds there for a metric that looks at one
 * value a row, and compare labels as `sameLabel` does; a test over generated replies holds the two together. Where scoring would name an
 * error, NULL: what does not fit is looked for beforehand, since a function that catches errors cannot run in parallel before Postgres 17.
 */
export const answerFunctions = `
  CREATE OR REPLACE FUNCTION analytics.flat(list jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  BEGIN
    WHILE jsonb_path_exists(list, 'strict $[*] ? (@.type() == "array")') LOOP
      list := (
        SELECT coalesce(jsonb_agg(i.value ORDER BY o.place, i.place), '[]') FROM jsonb_array_elements(list) WITH ORDINALITY AS o (value, place),
          jsonb_array_elements(CASE jsonb_typeof(o.value) WHEN 'array' THEN o.value ELSE jsonb_build_array(o.value) END) WITH ORDINALITY AS i (value, place)
      );
    END LOOP;
    RETURN list;
  END $$;
  COMMENT ON FUNCTION analytics.flat IS 'The values of lists within lists, as one list';

  CREATE OR REPLACE FUNCTION analytics.are_scores(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'array'
      THEN jsonb_array_length(value) > 1 AND NOT jsonb_path_exists(value, 'strict $[*] ? (@.type() != "number")') ELSE false END
  $$;
  COMMENT ON FUNCTION analytics.are_scores IS 'Whether it is a list of several numbers';

  CREATE OR REPLACE FUNCTION analytics.argmax(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'array' AND NOT jsonb_path_exists(analytics.flat(value), 'strict $[*] ? (@.type() != "number")')
      THEN (SELECT to_jsonb(place - 1) FROM jsonb_array_elements(analytics.flat(value)) WITH ORDINALITY AS e (number, place)
            ORDER BY number::numeric DESC, place LIMIT 1) END
  $$;
  COMMENT ON FUNCTION analytics.argmax IS 'The index of the greatest of several numbers, the first of equal ones; null where they are none';

  CREATE OR REPLACE FUNCTION analytics.value_of_row(value jsonb, is_float boolean) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  BEGIN
    WHILE jsonb_typeof(value) = 'array' AND jsonb_array_length(value) = 1 LOOP
      value := value -> 0;
    END LOOP;
    RETURN CASE WHEN is_float IS NOT false AND analytics.are_scores(value) THEN analytics.argmax(value) ELSE value END;
  END $$;
  COMMENT ON FUNCTION analytics.value_of_row IS
    'The answer in a row of an output: itself, the only value in it, or the index of the greatest of several floats';

  CREATE OR REPLACE FUNCTION analytics.rows_of_tensor(tensor jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  DECLARE
    shape numeric[];
    width numeric := 1;
    size numeric;
    data jsonb;
  BEGIN
    IF jsonb_typeof(tensor -> 'name') <> 'string' OR jsonb_typeof(tensor -> 'data') <> 'array' OR jsonb_typeof(tensor -> 'shape') <> 'array'
      OR tensor -> 'name' IS NULL OR tensor -> 'data' IS NULL OR tensor -> 'shape' IS NULL
      OR jsonb_path_exists(tensor -> 'shape', 'strict $[*] ? (@.type() != "number")') THEN
      RETURN NULL;
    END IF;
    shape := ARRAY(SELECT jsonb_array_elements_text(tensor -> 'shape')::numeric);
    FOREACH size IN ARRAY shape[2:] LOOP
      width := width * size;
    END LOOP;
    data := analytics.flat(tensor -> 'data');
    RETURN CASE
      WHEN jsonb_array_length(data) <> coalesce(shape[1], 1) * width THEN NULL
      WHEN cardinality(shape) < 2 THEN data
      WHEN width < 1 THEN (SELECT coalesce(jsonb_agg('[]'::jsonb), '[]') FROM generate_series(1, shape[1]))
      ELSE (SELECT coalesce(jsonb_agg(row ORDER BY number), '[]') FROM (
        SELECT div(place - 1, width) AS number, jsonb_agg(value ORDER BY place) AS row
        FROM jsonb_array_elements(data) WITH ORDINALITY AS e (value, place) GROUP BY 1
      ) grouped) END;
  END $$;
  COMMENT ON FUNCTION analytics.rows_of_tensor IS 'The values of a V2 output by row; null where they do not fit its shape';

  CREATE OR REPLACE FUNCTION analytics.outputs(response jsonb)
  RETURNS TABLE (place bigint, name text, rows jsonb, is_float boolean) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  #variable_conflict use_column
  BEGIN
    IF jsonb_typeof(response -> 'outputs') = 'array' THEN
      RETURN QUERY SELECT o.place, o.tensor ->> 'name', analytics.rows_of_tensor(o.tensor), coalesce(o.tensor ->> 'datatype' IN ('FP16', 'FP32', 'FP64'), false)
        FROM jsonb_array_elements(response -> 'outputs') WITH ORDINALITY AS o (tensor, place);
    ELSIF jsonb_typeof(response #> '{predictions,0}') = 'object' THEN
      RETURN QUERY SELECT n.place, n.name,
          (SELECT jsonb_agg(coalesce(p.prediction -> n.name, 'null') ORDER BY p.place)
           FROM jsonb_array_elements(response -> 'predictions') WITH ORDINALITY AS p (prediction, place)), NULL::boolean
        FROM jsonb_object_keys(response #> '{predictions,0}') WITH ORDINALITY AS n (name, place);
    ELSIF jsonb_typeof(response -> 'predictions') = 'array' THEN
      RETURN QUERY SELECT 1::bigint, NULL, response -> 'predictions', NULL::boolean;
    END IF;
  END $$;
  COMMENT ON FUNCTION analytics.outputs IS
    'The outputs of a V1 or V2 reply with their values by row; without a name where V1 gives none, and is_float null since it does not say';

  CREATE OR REPLACE FUNCTION analytics.pointed_rows(response jsonb, pointer text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  DECLARE
    segments text[] := regexp_split_to_array(substr(pointer, 2), '/');
    segment text;
    found jsonb[] := ARRAY[response];
  BEGIN
    FOREACH segment IN ARRAY segments LOOP
      segment := replace(replace(segment, '~1', '/'), '~0', '~');
      found := ARRAY(
        SELECT step.value FROM unnest(found) WITH ORDINALITY AS f (value, place), LATERAL (
          SELECT e.value, e.place FROM jsonb_array_elements(CASE jsonb_typeof(f.value) WHEN 'array' THEN f.value ELSE '[]' END)
            WITH ORDINALITY AS e (value, place) WHERE segment = '*' OR segment = (e.place - 1)::text
          UNION ALL SELECT f.value -> segment, 1 WHERE jsonb_typeof(f.value) = 'object' AND f.value ? segment
        ) step (value, place) ORDER BY f.place, step.place
      );
    END LOOP;
    IF cardinality(found) = 0 THEN
      RETURN NULL;
    END IF;
    RETURN CASE WHEN '*' <> ALL (segments) AND jsonb_typeof(found[1]) = 'array' THEN found[1] ELSE to_jsonb(found) END;
  END $$;
  COMMENT ON FUNCTION analytics.pointed_rows IS 'What a JSON pointer finds in a reply, by row; a segment * stands for every element of a list';

  CREATE OR REPLACE FUNCTION analytics.answer(response jsonb, output text DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  DECLARE
    in_argmax text := substring(output FROM '^argmax\\((.+)\\)$');
    declared text := btrim(coalesce(in_argmax, output), E' \\t\\n\\r');
    rows jsonb;
    is_float boolean;
    answers jsonb;
    is_whole boolean;
  BEGIN
    IF declared LIKE '/%' THEN
      rows := analytics.pointed_rows(response, declared);
      IF in_argmax IS NULL THEN
        RETURN rows;
      END IF;
    ELSE
      SELECT o.rows, o.is_float INTO rows, is_float
      FROM (SELECT *, count(*) OVER () AS outputs, bool_and(r.rows IS NOT NULL) OVER () AS sound FROM analytics.outputs(response) r) o
      WHERE o.sound AND CASE WHEN declared IS NOT NULL AND o.name IS NOT NULL THEN o.name = declared
        ELSE o.name = 'label' OR o.outputs = 1 OR coalesce(o.is_float, NOT EXISTS (
          SELECT 1 FROM jsonb_array_elements(o.rows) AS e (value) WHERE NOT analytics.are_scores(value))) END
      ORDER BY (o.name = 'label') DESC, o.place LIMIT 1;
    END IF;
    IF rows IS NULL THEN
      RETURN NULL;
    END IF;
    SELECT coalesce(jsonb_agg(value ORDER BY place), '[]'), count(value) = count(*) INTO answers, is_whole FROM (
      SELECT CASE WHEN in_argmax IS NULL THEN analytics.value_of_row(e.value, is_float) ELSE analytics.argmax(e.value) END AS value, place
      FROM jsonb_array_elements(rows) WITH ORDINALITY AS e (value, place)
    ) by_row;
    RETURN CASE WHEN is_whole THEN answers END;
  END $$;
  COMMENT ON FUNCTION analytics.answer IS
    'What a reply answers, one value a row: the output that truth.output (or the version) names, by name, JSON pointer or argmax(…), else label, else the only one, else the class with the greatest score; null where it has none';

  CREATE OR REPLACE FUNCTION analytics.label_number(label jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(label)
      WHEN 'number' THEN label::numeric
      WHEN 'boolean' THEN label::boolean::int
      WHEN 'string' THEN CASE label #>> '{}' WHEN 'true' THEN 1 WHEN 'false' THEN 0
        ELSE substring(label #>> '{}' FROM '^\\s*([+-]?([0-9]{1,255}\\.?[0-9]{0,255}|\\.[0-9]{1,255})([eE][+-]?[0-9]{1,3})?)\\s*$')::numeric END
    END
  $$;
  COMMENT ON FUNCTION analytics.label_number IS 'A label as a number: true is 1, "3.0" is 3; null where it is none';

  CREATE OR REPLACE FUNCTION analytics.same_label(truth jsonb, answer jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    kinds text[] := ARRAY[jsonb_typeof(truth), jsonb_typeof(answer)];
    labels text[] := ARRAY['string', 'number', 'boolean'];
  BEGIN
    IF kinds = ARRAY['array', 'array'] THEN
      RETURN jsonb_array_length(truth) = jsonb_array_length(answer) AND NOT EXISTS (
        SELECT 1 FROM generate_series(0, jsonb_array_length(truth) - 1) AS n WHERE NOT analytics.same_label(truth -> n, answer -> n));
    END IF;
    RETURN truth = answer
      OR (kinds <@ labels AND kinds[1] <> kinds[2] AND coalesce(analytics.label_number(truth) = analytics.label_number(answer), false));
  END $$;
  COMMENT ON FUNCTION analytics.same_label IS 'Whether two labels are the same: 3 is "3" and true is 1, lists element by element';

  CREATE OR REPLACE FUNCTION analytics.same_labels(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
      WHEN jsonb_typeof(b) = 'array' AND jsonb_array_length(a) = jsonb_array_length(b) THEN analytics.same_label(b, a)
      WHEN jsonb_array_length(a) = 1 THEN analytics.same_label(b, a -> 0)
      ELSE false END
  $$;
  COMMENT ON FUNCTION analytics.same_labels IS
    'Whether answers, one a row, say the same as others or as a truth: one value for a request of one row, else a list of them';
`;
