// Layout of Footrule, by the rules of the splitter in `compiler/syntax/src/split.rs`:
// - a line at the margin ends the statement above, whatever is open, unless it begins with a closing bracket;
// - in a block a line at or left of the column of the block's first entry ends the entry above;
// - lines of comments end nothing;
// - a brace that follows a word without a blank opens a tag, any other a block;
// - `/`, `·`, `^` go on with a unit if no blank stands before them and a unit or a power behind them.
//
// The margin is the column of the first statement, so that a fence in an indented list of Markdown is read as well.
//
// A token is made only where it fits, but for the end at the margin: it is made also where a statement is unfinished,
// and so a broken statement costs itself only.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

enum Token {
  START,
  END,
  CUT,
  BLOCK_OPEN,
  BLOCK_CLOSE,
  TAG_OPEN,
  TAG_CLOSE,
  UNIT_OP,
  UNIT_POWER,
  IN_SET,
  EVERYWHERE,
  IN_STRING,
};

// As deep as the compiler reads.
#define MAX_DEPTH 64
// Bytes of a serialized state before its columns.
#define FIXED 5

typedef struct {
  uint8_t started;
  // A line at the margin was reached with blocks open: they are cut off one by one, then the statement ends.
  uint8_t cutting;
  uint8_t depth;
  uint16_t margin;
  // The column of the first entry of every open block.
  uint16_t columns[MAX_DEPTH];
} Scanner;

static bool is_blank(int32_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == 0xA0 || c == 0x2009 || c == 0x202F || c == 0x3000 || c == 0xFEFF;
}

static bool is_letter(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (c >= 0x80 && c != 0xB7 && c != 0x30FB && !is_blank(c) && !(c >= 0xFF00 && c <= 0xFF20));
}

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool is_closer(int32_t c) { return c == ')' || c == 0xFF09 || c == ']' || c == '}'; }

static uint16_t column(TSLexer *lexer) {
  uint32_t at = lexer->get_column(lexer);
  return at > UINT16_MAX ? UINT16_MAX : (uint16_t)at;
}

static void skip_line(TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') lexer->advance(lexer, false);
}

// Goes to the next token behind blanks, newlines and comments, and yields its column.
static uint16_t next_token(TSLexer *lexer) {
  for (;;) {
    while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') lexer->advance(lexer, false);
    if (lexer->eof(lexer)) return 0;
    uint16_t at = column(lexer);
    if (lexer->lookahead != '/') return at;
    lexer->advance(lexer, false);
    if (lexer->lookahead != '/') return at;
    skip_line(lexer);
  }
}

void *tree_sitter_footrule_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_footrule_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_footrule_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *scanner = payload;
  buffer[0] = (char)scanner->started;
  buffer[1] = (char)scanner->cutting;
  buffer[2] = (char)scanner->depth;
  memcpy(buffer + 3, &scanner->margin, 2);
  memcpy(buffer + FIXED, scanner->columns, 2u * scanner->depth);
  return FIXED + 2u * scanner->depth;
}

void tree_sitter_footrule_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  memset(scanner, 0, sizeof(Scanner));
  if (length < FIXED) return;
  scanner->started = (uint8_t)buffer[0];
  scanner->cutting = (uint8_t)buffer[1];
  uint8_t depth = (uint8_t)buffer[2];
  memcpy(&scanner->margin, buffer + 3, 2);
  if (depth > MAX_DEPTH || length < FIXED + 2u * depth) return;
  scanner->depth = depth;
  memcpy(scanner->columns, buffer + FIXED, 2u * depth);
}

static bool found(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

// At a newline: does the next line begin something new?
static bool newline(Scanner *scanner, TSLexer *lexer, const bool *valid, bool recovering) {
  scanner->cutting = 0;
  lexer->advance(lexer, false);
  lexer->mark_end(lexer);
  while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') lexer->advance(lexer, false);
  bool eof = lexer->eof(lexer);
  int32_t first = lexer->lookahead;
  uint16_t at = eof ? 0 : column(lexer);
  if (first == '/') {
    lexer->advance(lexer, false);
    // The newline behind the comment decides.
    if (lexer->lookahead == '/') return false;
  }
  // The brace itself is read where the newline ends.
  if (first == '}') return scanner->depth > 0 && !valid[TAG_CLOSE] && found(lexer, END);
  if (!eof && is_closer(first)) return false;
  if (eof || at <= scanner->margin) {
    if (scanner->depth > 0 && valid[END] && !recovering) {
      scanner->cutting = 1;
    } else {
      scanner->depth = 0;
    }
    return found(lexer, END);
  }
  return valid[END] && scanner->depth > 0 && at <= scanner->columns[scanner->depth - 1] && found(lexer, END);
}

// A group of a unit, `(min/d)`: no blanks, no numbers but powers.
static bool unit_group(TSLexer *lexer) {
  unsigned depth = 0;
  bool atom = false;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == '(' || c == 0xFF08) {
      depth++;
      atom = false;
    } else if (c == ')' || c == 0xFF09) {
      if (!atom) return false;
      if (--depth == 0) return true;
    } else if (is_letter(c) || c == 0xB0) {
      atom = true;
    } else if (!(atom && (is_digit(c) || c == '/' || c == 0xB7 || c == '^' || c == '-' || c == '{' || c == '}' || c == '.'))) {
      return false;
    }
    lexer->advance(lexer, false);
  }
}

static bool unit_op(TSLexer *lexer) {
  lexer->advance(lexer, false);
  lexer->mark_end(lexer);
  if (is_letter(lexer->lookahead)) return found(lexer, UNIT_OP);
  return (lexer->lookahead == '(' || lexer->lookahead == 0xFF08) && unit_group(lexer) && found(lexer, UNIT_OP);
}

static bool unit_power(TSLexer *lexer) {
  lexer->advance(lexer, false);
  lexer->mark_end(lexer);
  if (lexer->lookahead == '-') lexer->advance(lexer, false);
  return is_digit(lexer->lookahead) && found(lexer, UNIT_POWER);
}

// `in` or 于 before a brace.
static bool in_set(TSLexer *lexer) {
  bool english = lexer->lookahead == 'i';
  lexer->advance(lexer, false);
  if (english && lexer->lookahead != 'n') return false;
  if (english) lexer->advance(lexer, false);
  lexer->mark_end(lexer);
  while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') lexer->advance(lexer, false);
  return lexer->lookahead == '{' && found(lexer, IN_SET);
}

static bool brace(Scanner *scanner, TSLexer *lexer, const bool *valid, bool spaced) {
  lexer->advance(lexer, false);
  lexer->mark_end(lexer);
  if (valid[TAG_OPEN] && !spaced) return found(lexer, TAG_OPEN);
  if (scanner->depth == MAX_DEPTH) return false;
  scanner->columns[scanner->depth++] = next_token(lexer);
  return found(lexer, BLOCK_OPEN);
}

bool tree_sitter_footrule_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  lexer->mark_end(lexer);
  if (valid[START] && !scanner->started) {
    scanner->started = 1;
    scanner->margin = next_token(lexer);
    return found(lexer, START);
  }
  // A parser that recovers takes anything.
  bool recovering = valid[START] && valid[BLOCK_CLOSE] && valid[UNIT_OP];
  if (valid[IN_STRING] && !recovering) return false;
  bool spaced = false;
  while (is_blank(lexer->lookahead)) {
    lexer->advance(lexer, true);
    spaced = true;
  }
  if (!recovering && (scanner->cutting || lexer->eof(lexer))) {
    if (scanner->depth > 0 && valid[CUT]) {
      scanner->depth--;
      return found(lexer, CUT);
    }
    if (scanner->cutting && scanner->depth == 0 && valid[END]) {
      scanner->cutting = 0;
      return found(lexer, END);
    }
  }
  switch (lexer->lookahead) {
    case '\n':
      return newline(scanner, lexer, valid, recovering);
    case '{':
      return brace(scanner, lexer, valid, spaced);
    case '}':
      lexer->advance(lexer, false);
      lexer->mark_end(lexer);
      if (valid[TAG_CLOSE] && !(valid[BLOCK_CLOSE] && scanner->depth > 0)) return found(lexer, TAG_CLOSE);
      if (scanner->depth == 0) return false;
      scanner->depth--;
      return found(lexer, BLOCK_CLOSE);
    case '/':
    case 0xB7:
      return valid[UNIT_OP] && !spaced && unit_op(lexer);
    case '^':
      return valid[UNIT_POWER] && !spaced && unit_power(lexer);
    case 'i':
    case 0x4E8E:
      return valid[IN_SET] && in_set(lexer);
    default:
      return false;
  }
}
