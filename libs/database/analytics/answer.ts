/**
 * SQL functions that the views share. `analytics.answer` finds in a reply what `extractAnswers` (#scoring) finds there for a metric
 * that looks at one value a row; a test holds the two together.
 */
export const answerFunctions = `
  CREATE FUNCTION analytics.value_of_row(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
      WHEN jsonb_typeof(value) <> 'array' THEN value
      WHEN jsonb_array_length(value) = 1 THEN value -> 0
      WHEN jsonb_path_exists(value, '$[*] ? (@.type() <> "number")') THEN value
      ELSE (SELECT to_jsonb(place - 1) FROM jsonb_array_elements(value) WITH ORDINALITY AS e (number, place)
            ORDER BY number::numeric DESC, place LIMIT 1)
    END
  $$;
  COMMENT ON FUNCTION analytics.value_of_row IS
    'The answer in a row of an output: itself, the only value in it, or the index of the greatest of several numbers';

  CREATE FUNCTION analytics.rows_of_tensor(tensor jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
      WHEN jsonb_array_length(tensor -> 'shape') < 2 OR width < 2 THEN tensor -> 'data'
      ELSE (SELECT jsonb_agg(row ORDER BY number) FROM (
        SELECT (place - 1) / width AS number, jsonb_agg(value ORDER BY place) AS row
        FROM jsonb_array_elements(tensor -> 'data') WITH ORDINALITY AS e (value, place) GROUP BY 1
      ) rows)
    END
    FROM (SELECT jsonb_array_length(tensor -> 'data') / greatest(1, (tensor -> 'shape' ->> 0)::int) AS width) w
  $$;
  COMMENT ON FUNCTION analytics.rows_of_tensor IS 'The values of a V2 output by row';

  CREATE FUNCTION analytics.answer(response jsonb, output text DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  DECLARE
    outputs jsonb;
    rows jsonb;
    is_float boolean;
  BEGIN
    IF response -> 'outputs' IS NOT NULL THEN
      outputs := response -> 'outputs';
      SELECT analytics.rows_of_tensor(o), o ->> 'datatype' LIKE 'FP%' INTO rows, is_float
      FROM jsonb_array_elements(outputs) WITH ORDINALITY AS e (o, place)
      WHERE CASE WHEN output IS NOT NULL THEN o ->> 'name' = output
        ELSE o ->> 'name' = 'label' OR jsonb_array_length(outputs) = 1 OR o ->> 'datatype' LIKE 'FP%' END
      ORDER BY (o ->> 'name' = 'label') DESC, place LIMIT 1;
    ELSE
      rows := response -> 'predictions';
      is_float := true;
      IF jsonb_typeof(rows -> 0) = 'object' THEN
        SELECT jsonb_agg(prediction -> name ORDER BY number) INTO rows
        FROM jsonb_array_elements(rows) WITH ORDINALITY AS p (prediction, number), LATERAL (
          SELECT key AS name FROM jsonb_each(rows -> 0) AS f (key, value)
          WHERE CASE WHEN output IS NOT NULL THEN key = output
            ELSE key = 'label' OR (SELECT count(*) FROM jsonb_object_keys(rows -> 0)) = 1 OR CASE jsonb_typeof(value) WHEN 'array' THEN jsonb_array_length(value) > 1 END END
          ORDER BY (key = 'label') DESC LIMIT 1
        ) chosen;
      END IF;
    END IF;
    IF is_float THEN
      SELECT jsonb_agg(analytics.value_of_row(value) ORDER BY place) INTO rows
      FROM jsonb_array_elements(rows) WITH ORDINALITY AS e (value, place);
    END IF;
    RETURN rows;
  EXCEPTION WHEN data_exception THEN
    RETURN NULL;
  END $$;
  COMMENT ON FUNCTION analytics.answer IS
    'What a reply answers, one value a row: the output named, else label, else the only one, else the class with the greatest score; null where it has none';

  CREATE FUNCTION analytics.same_labels(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(a) WHEN 'array' THEN a ELSE jsonb_build_array(a) END))
         = ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(b) WHEN 'array' THEN b ELSE jsonb_build_array(b) END))
  $$;
  COMMENT ON FUNCTION analytics.same_labels IS 'Whether two answers, or an answer and a truth, say the same: label 3 is the same as "3"';
`;
