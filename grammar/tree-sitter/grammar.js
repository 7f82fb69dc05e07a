// Footrule for tree-sitter: what `footrule.pest` reads, for editors.
//
// Keywords come from `keywords.json`, which is generated from the one table. A word stands in the tree under its English
// spelling, so that a query for "input" finds 输入 too; a phrase (`declared unit`, 声明单位) under the words it has. A
// word that is a keyword somewhere is a name everywhere else.
//
// Layout (where a statement or an entry ends, which brace opens a block, where a unit goes on) is `src/scanner.c`'s.
// What is accepted here may be more than the compiler accepts: this tree colours, folds and outlines; it checks nothing.

const KEYWORDS = require("./keywords.json");

// Middle dots multiply units and are no letters.
const WORD = "[\\p{XID_Start}_][\\p{XID_Continue}--·・]*";

const PREC = { or: 2, and: 3, not: 4, compare: 5, sum: 6, term: 7, minus: 8, power: 9, given: 10, at: 11, postfix: 12 };

const commaSep1 = ($, rule) => seq(rule, repeat(seq($._comma, rule)));
const commaList = ($, rule) => seq(commaSep1($, rule), optional($._comma));

/// Entries of a block, ended by layout or semicolons.
const block = ($, entry) =>
  seq(
    alias($._block_open, "{"),
    optional($._sep),
    optional(seq(entry, repeat(seq($._sep, entry)), optional($._sep))),
    choice(alias($._block_close, "}"), $._cut),
  );

/// `x in xs`, over earlier or later items, with a condition.
const binder = ($, series) =>
  seq(
    field("name", $.name),
    kw($, "kw_in"),
    $._range,
    optional(seq(series, $._range)),
    optional($._filter),
  );

// A row of one word is one token in both languages. A word that other rows or phrases have as well must be a token of
// its own, and so must the Chinese spelling beside it.
const count = {};
for (const k of KEYWORDS) for (const word of k.english.split(" ")) count[word] = (count[word] || 0) + 1;

// All have the same precedence, above that of names, or `en` would cut `enum` short.
const spelled = (...spellings) => token(prec(1, spellings.length > 1 ? choice(...spellings) : spellings[0]));

const tokens = {};
const words = {};
for (const k of KEYWORDS) {
  const rule = `_${k.token}`;
  const english = k.english.split(" ");
  if (english.length > 1) {
    const phrase = english.map((word) => alias(spelled(word), word));
    tokens[rule] = () => choice(seq(...phrase), alias(spelled(k.chinese), k.chinese));
  } else if (count[k.english] > 1) {
    tokens[rule] = () => choice(alias(spelled(k.english), k.english), alias(spelled(k.chinese), k.english));
  } else {
    tokens[rule] = () => spelled(k.english, k.chinese);
    words[k.token] = ($) => alias($[rule], k.english);
  }
  words[k.token] ||= ($) => $[rule];
}
/// A keyword by its token in `footrule.pest`.
const kw = ($, name) => {
  if (!words[name]) throw new Error(`no keyword ${name}`);
  return words[name]($);
};

module.exports = grammar({
  name: "footrule",

  word: ($) => $._word,

  extras: ($) => [/[ \t\r\n\u00A0\u2009\u202F\u3000\uFEFF]/, $.comment, $.doc_comment, $._everywhere],

  externals: ($) => [
    $._start,
    $._end,
    $._cut,
    $._block_open,
    $._block_close,
    $._tag_open,
    $._tag_close,
    $._unit_op,
    $._unit_power,
    // `in` before a brace; before a name it says where a line belongs.
    $._in_set,
    // Never made: as an extra the first lets the scanner look at every place, the second tells it of a text.
    $._everywhere,
    $._in_string,
  ],

  supertypes: ($) => [$._statement, $._expression, $._type],

  // Their precedence is that of the expression around them.
  inline: ($) => [$._kw_or, $._kw_or_else],

  rules: {
    source_file: ($) =>
      seq(optional($._start), optional($._sep), optional(seq($.item, repeat(seq($._sep, $.item)), optional($._sep)))),

    _sep: ($) => repeat1(choice($._end, ";")),

    _any_sep: ($) => choice($._end, ";", $._comma),

    item: ($) => seq(optional($.clause), $._statement),

    _statement: ($) =>
      choice(
        $.rule_statement,
        $.cites_statement,
        $.sector_statement,
        $.version_statement,
        $.valid_statement,
        $.boundary_statement,
        $.gwp_statement,
        $.unit_of_result,
        $.round_statement,
        $.biogenic_statement,
        $.credits_apart_statement,
        $.use_statement,
        $.flow_statement,
        $.enum_statement,
        $.gas_statement,
        $.unit_statement,
        $.record_statement,
        $.source_statement,
        $.param_statement,
        $.table_statement,
        $.const_statement,
        $.fn_statement,
        $.process_statement,
        $.stage_statement,
        $.input_statement,
        $.let_statement,
        $.line_statement,
        $.check_statement,
        $.report_statement,
        $.test_statement,
        $.accept_statement,
        $.include_statement,
        $.product_statement,
        $.allocate_statement,
        $.cutoff_statement,
        $.balance_statement,
        $.scenario_statement,
        $.except_statement,
      ),

    // ------------------------------------------------------------ header
    rule_statement: ($) => seq(kw($, "kw_rule"), field("name", $.name), repeat($.label)),
    cites_statement: ($) => seq(kw($, "kw_cites"), commaSep1($, $.string)),
    sector_statement: ($) => seq(kw($, "kw_sector"), $.name),
    version_statement: ($) => seq(kw($, "kw_version"), $.version),
    valid_statement: ($) =>
      seq(kw($, "kw_valid"), kw($, "kw_from"), $.date, optional(seq(kw($, "kw_until"), $.date))),
    boundary_statement: ($) => seq(kw($, "kw_boundary"), $.name),
    gwp_statement: ($) => seq(kw($, "kw_gwp"), $.name),
    unit_of_result: ($) =>
      seq(
        choice(kw($, "kw_declared_unit"), kw($, "kw_functional_unit"), kw($, "kw_also_unit")),
        $._unit_amount,
        optional($._of),
      ),
    _unit_amount: ($) => seq($.number, $.unit),
    _of: ($) => seq(kw($, "kw_of"), $._expression),
    round_statement: ($) => $._rounding,
    _rounding: ($) =>
      seq(
        kw($, "kw_round"),
        $.number,
        choice(kw($, "kw_decimals"), kw($, "kw_significant")),
        optional(seq(kw($, "kw_in"), $.unit)),
      ),
    biogenic_statement: ($) => seq(kw($, "kw_biogenic_co2"), alias($._word, $.option)),
    credits_apart_statement: ($) => kw($, "kw_credits_apart"),

    // ------------------------------------------------------------ declarations
    use_statement: ($) => seq(kw($, "kw_use"), commaSep1($, $.module)),
    module: ($) =>
      seq(
        $.name,
        repeat(seq(".", $.name)),
        optional(
          seq(
            ".",
            alias($._block_open, "{"),
            repeat(choice($._any_sep, $.name)),
            choice(alias($._block_close, "}"), $._cut),
          ),
        ),
      ),
    flow_statement: ($) => seq(kw($, "kw_flow"), field("name", $.name), repeat($.label)),
    enum_statement: ($) =>
      seq(
        choice(kw($, "kw_flow_enum"), kw($, "kw_enum")),
        field("name", $.name),
        repeat($.label),
        field("body", $.members),
        repeat($.label),
      ),
    members: ($) => block($, $.member),
    member: ($) => seq(optional($.clause), field("name", $.name), repeat($.label)),
    gas_statement: ($) =>
      seq(kw($, "kw_gas"), field("name", $.name), repeat($.label), optional(seq(field("body", $.gas_rows), repeat($.label)))),
    gas_rows: ($) => block($, $.gas_row),
    gas_row: ($) => seq($.name, optional(alias($._word, $.option)), $.number, optional($._source_ref)),
    unit_statement: ($) =>
      seq(
        kw($, "kw_unit"),
        field("name", alias(choice($._word, $._degree), $.unit_name)),
        repeat(choice($.label, seq(choice(kw($, "kw_ucum"), $.name), $.string), $._unit_definition)),
      ),
    _unit_definition: ($) =>
      prec.right(
        seq("=", $._unit_amount, optional(seq("/", $.number)), optional(seq(kw($, "kw_offset"), optional("-"), $.number))),
      ),
    record_statement: ($) =>
      seq(kw($, "kw_record"), field("name", $.name), repeat($.label), field("body", $.fields), repeat($.label)),
    fields: ($) => block($, choice($.record_field, alias($._inner_let, $.computed_field), $.inner_check)),
    record_field: ($) =>
      seq(
        optional($.clause),
        field("name", $.name),
        $._colon,
        field("type", $._type),
        repeat(choice($.where_clause, $._factor, $._default, $._when, $.label)),
      ),
    _inner_let: ($) => seq(optional($.clause), $.let_statement),
    inner_check: ($) => $.check_statement,
    source_statement: ($) =>
      seq(kw($, "kw_source"), field("name", $.name), repeat($.label), field("body", $.source_body)),
    source_body: ($) => block($, $.source_entry),
    source_entry: ($) => seq(field("key", alias($._word, $.key)), field("value", choice($.string, $.raw))),
    // Up to a comment.
    raw: () => token(/([^\s;}"\/]|\/[^\s;}"\/])([ \t]*([^\s;}"\/]|\/[^\s;}"\/]))*/),
    param_statement: ($) =>
      seq(
        kw($, "kw_param"),
        field("name", $.name),
        $._colon,
        field("type", $._type),
        repeat(choice($.label, $._source_ref, $._param_at)),
        field("body", $.param_body),
        repeat($.label),
      ),
    _param_at: ($) => seq(kw($, "kw_at"), choice(kw($, "kw_start"), kw($, "kw_end_of"), kw($, "kw_by_days"))),
    param_body: ($) => block($, choice($.param_policy, $.param_row)),
    param_policy: ($) =>
      choice(
        seq(choice(kw($, "kw_after_last"), kw($, "kw_before_first")), $._policy),
        seq(kw($, "kw_review_by"), $.date),
        $._source_ref,
        $._param_at,
      ),
    _policy: ($) =>
      choice(
        kw($, "kw_error"),
        seq(kw($, "kw_hold"), optional(kw($, "kw_with_warning")), optional(seq(kw($, "kw_until"), $.date))),
      ),
    param_row: ($) => seq(optional($.clause), $._date_key, "=>", $._expression, optional($._source_ref)),
    _date_key: ($) => choice($.date, $.number),
    table_statement: ($) =>
      seq(
        kw($, "kw_table"),
        field("name", $.name),
        $._lparen,
        commaList($, $.table_key),
        $._rparen,
        "->",
        choice(seq($._lparen, commaList($, $.parameter), $._rparen), field("type", $._type)),
        repeat(
          choice(
            $.label,
            $._source_ref,
            kw($, "kw_partial"),
            seq(kw($, "kw_outside"), choice(kw($, "kw_error"), kw($, "kw_hold"))),
          ),
        ),
        choice(seq(kw($, "kw_from"), $.string), field("body", $.table_body)),
        repeat($.label),
      ),
    table_key: ($) =>
      seq(
        field("name", $.name),
        $._colon,
        field("type", $._type),
        optional(choice(kw($, "kw_in_brackets"), kw($, "kw_interpolate"))),
      ),
    table_body: ($) => block($, $.table_row),
    table_row: ($) =>
      seq(
        optional($.clause),
        choice(kw($, "kw_otherwise"), seq(commaSep1($, $._cell), "=>")),
        commaSep1($, $._expression),
        optional($._source_ref),
      ),
    _cell: ($) =>
      choice("_", kw($, "kw_otherwise"), seq($._compare, $._expression), $.string, $.date, seq(optional("-"), $.number), $.name),
    const_statement: ($) =>
      seq(
        kw($, "kw_const"),
        field("name", $.name),
        optional($._type_clause),
        $._assign,
        repeat(choice($.label, $._source_ref)),
      ),
    fn_statement: ($) =>
      seq(
        kw($, "kw_fn"),
        field("name", $.name),
        optional($.generics),
        $._lparen,
        optional(commaList($, $.parameter)),
        $._rparen,
        "->",
        field("type", $._type),
        repeat($.label),
        $._assign,
        repeat($.label),
      ),
    parameter: ($) => seq(field("name", $.name), $._colon, field("type", $._type)),
    generics: ($) => seq("<", commaSep1($, $.generic), ">"),
    generic: ($) => seq(field("name", $.name), $._colon, $._kind),
    _kind: ($) => choice(kw($, "kw_unit"), kw($, "kw_flow"), kw($, "kw_gas"), kw($, "kw_stage")),
    process_statement: ($) =>
      seq(
        kw($, "kw_process"),
        field("name", $.name),
        optional($.generics),
        optional(seq($._lparen, optional(commaList($, $.process_parameter)), $._rparen)),
        repeat($.label),
        field("body", $.process_body),
        repeat($.label),
      ),
    process_parameter: ($) => seq(field("name", $.name), $._colon, choice($._kind, $.name)),
    process_body: ($) => block($, $.item),

    // ------------------------------------------------------------ the rule
    stage_statement: ($) => seq(kw($, "kw_stage"), field("name", $.name), repeat($.label)),
    input_statement: ($) =>
      seq(
        kw($, "kw_input"),
        field("name", $.name),
        $._colon,
        field("type", $._type),
        repeat(choice(seq(kw($, "kw_for_each"), $.path), $.where_clause, $._factor, $._default, $._when, $.label)),
      ),
    let_statement: ($) =>
      seq(
        choice(kw($, "kw_open_let"), kw($, "kw_let")),
        field("name", $.name),
        optional($._type_clause),
        $._assign,
        repeat($.label),
      ),
    line_statement: ($) =>
      seq(
        choice(kw($, "kw_emission"), kw($, "kw_removal"), kw($, "kw_credit"), kw($, "kw_apart")),
        field("name", $.name),
        repeat(
          choice(
            seq(kw($, "kw_for"), commaSep1($, alias($._line_binder, $.binder))),
            seq(kw($, "kw_in"), $.path),
            $._named,
            seq(kw($, "kw_origin"), choice(seq(kw($, "kw_split"), $.weights), alias($._word, $.option))),
            seq(kw($, "kw_to"), $.name),
            $._when,
            seq(kw($, "kw_may_be_negative"), optional($.string)),
            $.label,
          ),
        ),
        $._assign,
        repeat($.label),
      ),
    weights: ($) =>
      seq(
        alias($._block_open, "{"),
        repeat($._any_sep),
        repeat(seq($.weight, repeat($._any_sep))),
        choice(alias($._block_close, "}"), $._cut),
      ),
    weight: ($) => seq(field("name", $.name), $._colon, choice(kw($, "kw_rest"), $._expression)),
    check_statement: ($) =>
      choice(
        seq(kw($, "kw_require"), kw($, "kw_evidence"), $.path),
        seq(
          choice(kw($, "kw_require"), kw($, "kw_warn")),
          optional(seq(field("name", $.name), $._colon)),
          $._expression,
          kw($, "kw_else"),
          repeat1($.label),
        ),
      ),
    report_statement: ($) =>
      seq(
        kw($, "kw_report"),
        field("name", $.name),
        optional($._type_clause),
        $._assign,
        repeat(choice($._rounding, $.label)),
      ),
    include_statement: ($) =>
      seq(
        kw($, "kw_include"),
        field("process", $.path),
        optional(seq("<", commaList($, $.unit), ">")),
        kw($, "kw_as"),
        field("name", $.name),
        repeat(
          choice(
            seq(kw($, "kw_for"), alias($._line_binder, $.binder)),
            kw($, "kw_list"),
            $._named,
            seq(kw($, "kw_in"), commaSep1($, $._include_stage)),
            $.label,
          ),
        ),
        optional(seq(field("body", $.bindings), repeat($.label))),
      ),
    _include_stage: ($) => seq(optional(seq($.name, $._colon)), $.name),
    bindings: ($) => block($, $.binding),
    binding: ($) => seq(field("name", $.name), $._assign),
    product_statement: ($) =>
      seq(
        kw($, "kw_product"),
        field("name", $.name),
        repeat1(choice($.unit_of_result, $._rounding, $.label)),
      ),
    allocate_statement: ($) =>
      seq(
        kw($, "kw_allocate"),
        field("name", $.name),
        repeat(choice(seq(kw($, "kw_over"), commaSep1($, $.name)), $.label)),
        $._by,
        repeat($.label),
        $.weights,
        repeat(choice(seq(kw($, "kw_compare"), $._by, $.weights), $.label)),
      ),
    _by: ($) => seq(kw($, "kw_by"), choice(kw($, "kw_given"), alias($._word, $.option))),
    cutoff_statement: ($) =>
      seq(kw($, "kw_cutoff"), kw($, "kw_each"), $._expression, kw($, "kw_total"), $._expression, $._by, repeat($.label)),
    balance_statement: ($) =>
      seq(
        kw($, "kw_balance"),
        field("name", $.name),
        optional(
          seq(kw($, "kw_within"), $._expression, kw($, "kw_of"), choice(kw($, "kw_row_in"), kw($, "kw_row_out"))),
        ),
        optional(kw($, "kw_else")),
        repeat($.label),
        field("body", $.balance_body),
        repeat($.label),
      ),
    balance_body: ($) => block($, $.balance_row),
    balance_row: ($) =>
      seq(
        choice(kw($, "kw_row_in"), kw($, "kw_row_out")),
        field("name", $.name),
        $._colon,
        $._expression,
        repeat($.label),
      ),
    accept_statement: ($) =>
      seq(
        kw($, "kw_accept"),
        kw($, "kw_gwp"),
        $.name,
        kw($, "kw_from"),
        choice($._source_ref, seq(kw($, "kw_footprint_of"), $.name)),
        repeat(choice(seq(kw($, "kw_because"), $.string), $.label)),
      ),
    except_statement: ($) =>
      seq(
        kw($, "kw_except"),
        field("name", $.path),
        optional(seq(kw($, "kw_as"), field("alias", $.name))),
        $._when,
        choice($._assign, seq($._by, $.weights)),
        repeat($.label),
      ),
    scenario_statement: ($) =>
      seq(kw($, "kw_scenario"), field("name", $.name), repeat($.label), field("body", $.scenario_body), repeat($.label)),
    scenario_body: ($) => block($, $.setting),
    setting: ($) => seq(field("name", choice($.path, alias($._soft_path, $.path))), $._assign),
    // An input may have the name of a word that begins an entry.
    _soft_path: ($) =>
      seq(
        alias(choice($._kw_source, $._kw_from, $._kw_scenario, $._kw_expect), $.name),
        repeat(seq(".", $.name)),
      ),

    // ------------------------------------------------------------ tests
    test_statement: ($) => seq(kw($, "kw_test"), repeat($.label), field("body", $.test_body), repeat($.label)),
    test_body: ($) => block($, choice($.test_period, $.expectation, $.test_case, $.setting)),
    test_period: ($) => seq(kw($, "kw_period"), "=", $._date_key, optional(seq("..", $._date_key))),
    test_case: ($) =>
      choice($._source_ref, seq(kw($, "kw_from"), $.string), seq(kw($, "kw_scenario"), $.name)),
    expectation: ($) =>
      seq(
        kw($, "kw_expect"),
        choice(
          seq(kw($, "kw_error"), $.code),
          seq(kw($, "kw_warning"), $.path),
          seq(
            choice(
              seq(kw($, "kw_total"), optional(seq(".", $.name))),
              seq(
                choice(
                  kw($, "kw_stage"),
                  kw($, "kw_line"),
                  kw($, "kw_report"),
                  kw($, "kw_gas"),
                  kw($, "kw_origin"),
                ),
                $.path,
              ),
              seq($.name, optional(seq(".", $.name))),
            ),
            "=",
            field("value", $._expression),
            optional(seq(kw($, "kw_within"), $._expression)),
          ),
        ),
      ),
    code: () => /[\p{XID_Start}_][\p{XID_Continue}]*(-[\p{XID_Continue}]+)*/,

    // ------------------------------------------------------------ parts
    label: ($) => seq(field("language", choice(kw($, "kw_zh"), kw($, "kw_en"))), $.string),
    path: ($) => seq($.name, repeat(seq(".", $.name))),
    _source_ref: ($) => seq(kw($, "kw_source"), field("source", $.name)),
    _assign: ($) => seq("=", field("value", $._expression)),
    _when: ($) => seq(kw($, "kw_when"), $._expression),
    _named: ($) => seq(kw($, "kw_named"), $._expression),
    _default: ($) => seq(kw($, "kw_default"), $._expression),
    _factor: ($) => seq(choice(kw($, "kw_factor_default"), kw($, "kw_factor_fixed")), $._expression),
    _type_clause: ($) => seq($._colon, field("type", $._type)),

    where_clause: ($) =>
      seq(kw($, "kw_where"), $._constraint, repeat(seq(choice($._comma, kw($, "kw_and")), $._constraint))),
    _constraint: ($) =>
      prec(
        PREC.compare,
        choice(
          seq(kw($, "kw_count"), choice($._compare, "="), $._expression),
          seq(
            kw($, "kw_sum"),
            optional(seq($._lparen, $.name, $._rparen)),
            choice("==", "="),
            $._expression,
            optional(seq(kw($, "kw_within"), $._expression)),
            optional(kw($, "kw_scaled")),
          ),
          seq(kw($, "kw_unique"), $.name),
          seq($._compare, $._expression),
          seq($._expression, "..", $._expression),
        ),
      ),

    // ------------------------------------------------------------ types and units
    _type: ($) => choice($.list_type, $.optional_type, $.activity_type, $.footprint_type, $.inner_type, $.unit),
    list_type: ($) => seq(kw($, "kw_list_of"), $._type),
    optional_type: ($) => seq(kw($, "kw_optional"), $._type),
    activity_type: ($) => seq(kw($, "kw_activity_of"), $.unit),
    footprint_type: ($) => seq(kw($, "kw_footprint_of"), $.unit),
    inner_type: ($) => seq($.name, ".", $.name),
    unit: ($) =>
      prec.right(
        seq(choice("1", $._unit_atom), repeat(seq(alias($._unit_op, $.unit_operator), choice($._unit_group, $._unit_atom)))),
      ),
    _unit_atom: ($) =>
      prec.right(seq(alias(choice($._word, $._degree), $.unit_name), optional($.tag), optional($._power))),
    _unit_group: ($) =>
      prec.right(
        seq(
          $._lparen,
          choice($._unit_group, $._unit_atom),
          repeat(seq(alias($._unit_op, $.unit_operator), choice($._unit_group, $._unit_atom))),
          $._rparen,
          optional($._power),
        ),
      ),
    _power: ($) => seq(alias($._unit_power, "^"), alias(token(/-?[0-9]+/), $.number)),
    tag: ($) =>
      seq(
        alias($._tag_open, "{"),
        alias($._word, $.tag_name),
        repeat(seq(".", alias($._word, $.tag_name))),
        alias($._tag_close, "}"),
      ),

    // ------------------------------------------------------------ expressions
    _expression: ($) =>
      choice(
        $.binary,
        $.not,
        $.minus,
        $.within,
        $.in_set,
        $.given,
        $.conditional,
        $.match,
        $.choice,
        $.call,
        $.field_access,
        $.conversion,
        $.at,
        $.parenthesized,
        $.list,
        $.quantity,
        $.date,
        $.string,
        $.boolean,
        $.name,
      ),

    binary: ($) => {
      const left = (level, operator) =>
        prec.left(level, seq(field("left", $._expression), operator, field("right", $._expression)));
      return choice(
        left(PREC.or, kw($, "kw_or_else")),
        left(PREC.or, kw($, "kw_or")),
        left(PREC.and, kw($, "kw_and")),
        left(PREC.compare, $._compare),
        left(PREC.sum, choice("+", "-")),
        left(PREC.term, choice("*", "/")),
        left(PREC.power, "^"),
      );
    },
    _compare: () => choice("<=", ">=", "==", "!=", "≤", "≥", "≠", "<", ">"),
    not: ($) => prec(PREC.not, seq(kw($, "kw_not"), $._expression)),
    minus: ($) => prec(PREC.minus, seq("-", $._expression)),
    within: ($) =>
      prec.left(PREC.compare, seq($._expression, kw($, "kw_within"), $._expression, "..", $._expression)),
    in_set: ($) =>
      prec.left(
        PREC.compare,
        seq(
          $._expression,
          alias($._in_set, "in"),
          alias($._block_open, "{"),
          repeat($._any_sep),
          repeat(seq($._expression, repeat($._any_sep))),
          choice(alias($._block_close, "}"), $._cut),
        ),
      ),
    given: ($) => prec(PREC.given, seq(kw($, "kw_given"), $._expression)),
    conditional: ($) =>
      prec.right(
        seq(
          kw($, "kw_if"),
          field("condition", $._expression),
          kw($, "kw_then"),
          $._expression,
          kw($, "kw_else"),
          $._expression,
        ),
      ),
    match: ($) => seq(kw($, "kw_match"), $._expression, field("body", $.arms)),
    arms: ($) => block($, $.arm),
    arm: ($) =>
      seq(
        optional($.clause),
        choice(seq(kw($, "kw_otherwise"), optional("=>")), seq(commaSep1($, $.name), "=>")),
        field("value", $._expression),
      ),
    choice: ($) => seq(choice(kw($, "kw_first_of"), kw($, "kw_one_of")), field("body", $.when_arms)),
    when_arms: ($) => block($, $.when_arm),
    when_arm: ($) =>
      seq(
        optional($.clause),
        choice(seq(kw($, "kw_otherwise"), optional("=>")), seq(kw($, "kw_when"), $._expression, "=>")),
        field("value", $._expression),
      ),
    call: ($) =>
      prec(
        PREC.postfix,
        seq(
          field("function", $._expression),
          $._lparen,
          optional(
            choice(
              $._call_for,
              seq($.argument, choice($._call_for, seq(repeat(seq($._comma, $.argument)), optional($._comma)))),
            ),
          ),
          $._rparen,
        ),
      ),
    _call_for: ($) => seq(kw($, "kw_for"), commaSep1($, $.binder)),
    argument: ($) =>
      choice(seq(optional(seq(field("name", $.name), $._colon)), $._expression), seq($._expression, kw($, "kw_in"), $.unit)),
    field_access: ($) => prec(PREC.postfix, seq($._expression, ".", field("field", alias($._word, $.field)))),
    conversion: ($) => prec.left(PREC.at, seq($._expression, kw($, "kw_as"), $.unit)),
    at: ($) => prec.left(PREC.at, seq($._expression, kw($, "kw_at"), $._expression)),
    binder: ($) => binder($, choice(kw($, "kw_from"), kw($, "kw_after"), kw($, "kw_before"), kw($, "kw_to"))),
    // Behind a line `to` names the product.
    _line_binder: ($) => binder($, choice(kw($, "kw_from"), kw($, "kw_after"), kw($, "kw_before"))),
    _filter: ($) => seq(kw($, "kw_where"), $._expression),
    _range: ($) => seq($._expression, optional(seq("..", $._expression))),
    parenthesized: ($) => seq($._lparen, $._expression, $._rparen),
    list: ($) => seq("[", optional(commaList($, $._expression)), "]"),
    quantity: ($) => prec.right(seq($.number, optional(choice("%", "％", $.unit)))),
    boolean: ($) => choice(kw($, "kw_true"), kw($, "kw_false")),

    // ------------------------------------------------------------ tokens
    // `first` and `one` begin phrases where values begin.
    name: ($) => choice($._word, prec(-1, choice(...["first", "one"].map((word) => alias(spelled(word), word))))),
    _word: () => new RustRegex(WORD),
    _degree: () => new RustRegex(`°${WORD}|℃|℉`),
    number: () => /[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?/,
    date: () => /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
    version: () => /[0-9A-Za-z.+-]+/,
    clause: () => token(seq("§", /[ \u00A0]*/, choice(/"([^"\\\n]|\\[^\n])*"/, /[^\s"][^\s]*( [A-Za-z0-9]{1,2}[)）])?/))),
    string: ($) =>
      seq('"', repeat(choice($._text, $.escape, $.interpolation, $._in_string)), token.immediate('"')),
    _text: () => token.immediate(prec(1, /[^"\\\n{]+|\{/)),
    escape: () => token.immediate(prec(1, /\\[^\n]/)),
    interpolation: () => token.immediate(prec(2, /\{([^{}"\n]|\{[^{}"\n]*\})*\}/)),
    comment: () => token(prec(-1, /\/\/[^\n]*/)),
    doc_comment: () => token(/\/\/[\/!][^\n]*/),
    _comma: () => choice(",", "，"),
    _colon: () => choice(":", "："),
    _lparen: () => choice("(", "（"),
    _rparen: () => choice(")", "）"),

    ...tokens,
  },
});
