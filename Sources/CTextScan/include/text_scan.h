#ifndef TEXT_SCAN_H
#define TEXT_SCAN_H

#include <stddef.h>
#include <stdint.h>

// Each search comes in three forms: for AVX-512, for AVX2 and a byte at a time. All find the same.

/// From here on uses nothing beyond `level` (0 a byte at a time, 1 AVX2, 2 AVX-512, 3 with tables of 64 bytes), for tests to
/// compare them. Returns the level in use, which is that of the processor where it has less.
int text_scan_limit(int level);

/// The bytes of a window that are compared where literals are known: the first ones.
enum { text_scan_compared = 3 };

/// What up to eight sets of four bytes are sought with; zero before `text_scan_add_window`.
typedef struct {
  /// By set, of what is looked for only where `admitted` has a bit of it; 0 of no set.
  uint64_t gates[8];
  /// Bit b of `of[i][n]`: in set b the byte at i may be one whose low seven bits are n.
  uint8_t of[4][128];
  /// The same of the halves of a byte: they let more pass.
  uint8_t low[4][16];
  uint8_t high[4][16];
  /// Of literals that are all that is sought, each with a window: their bytes, with `folded` set in each, how many they are, and
  /// where among them the window is; and each of its bytes that are compared four times, which fills a vector in one load.
  struct {
    uint8_t bytes[64];
    uint32_t window[text_scan_compared];
    uint8_t length, window_at, folded;
  } literals[3];
} text_scan_tables;

/// A value: what it is of, and where its bytes stand among those of all.
typedef struct {
  uint32_t tag, hash, start, length;
} text_scan_value;

/// Where a search in values has found something: the first value that holds it, and at how many places. No place: none does. Less
/// than none: the value is longer than `text_scan_longest_value`, and was not looked at.
typedef struct {
  const text_scan_value *value;
  ptrdiff_t count;
} text_scan_hits;

enum {
  text_scan_longest_value = 1027,
  /// Bytes behind a value that may be read, whatever they are.
  text_scan_reads_beyond = 192
};

/// Up to eight sets of four bytes that are sought together (after Teddy of Hyperscan, by Geoffrey Langdale), or more, see
/// `text_scan_prepare_landmarks`. All that a search for three windows reads, it may be copied to where it is at hand; what it
/// points to must stay where it is.
typedef struct text_scan_few {
  /// A search for what is sought, which `text_scan_prepare` chooses: the places from 0 up to, not including, `end`, behind which
  /// stand three more bytes, are looked at. What it gives is that of `text_scan_find_few`.
  size_t (*find)(const struct text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end, uint64_t *found);
  /// The same in each value from `value` up to, not including, `end` that has the tag of `few`, until it is found in one. Of
  /// literals that are known only those places are found at which they stand. `found` is as for `text_scan_find_few_at_once`,
  /// with room for nine at least.
  text_scan_hits (*search)(const struct text_scan_few *few, uint64_t admitted, const text_scan_value *value,
                           const text_scan_value *end, const uint8_t *bytes, uint64_t *found);
  /// `text_scan_tables`, or of a search by landmarks `text_scan_landmarks`.
  const void *context;
  /// A text of fewer bytes is not looked at.
  uint32_t shortest;
  /// Where no set has more than one window, and there are at most three: the windows of the first sets.
  uint32_t windows[3];
  /// Of a search in values: those that are looked at.
  uint32_t tag;
  uint8_t window_count;
  /// All sets that there are.
  uint8_t sets;
  /// Whether the literals of the windows are known, see `text_scan_add_literal`.
  uint8_t has_literals;
} text_scan_few;

/// Seeks `window` in a set: four bytes with bit 5 set in each, the first one lowest. `tables` are those of `few`, and stay where
/// they are.
void text_scan_add_window(text_scan_few *few, text_scan_tables *tables, int set, uint32_t window, uint64_t gate);

enum { text_scan_most_windows = 3 };

/// Ends the adding. `windows`, if there are any, are those of the first sets, and all there are: at most `text_scan_most_windows`,
/// which are sought by comparing.
void text_scan_prepare(text_scan_few *few, const uint32_t *windows, uint32_t count);

/// Finds the places in `text` where four bytes may be those of a set; bits 5 and 7 of each may be either.
///
/// Places `from` up to, not including, `end`, which is at most `count - 3`, are looked at. `found` gets for each that may
/// be one, in ascending order, the place times 256 and the bits of the sets; it has room for `end - from`. Returns how
/// many. Nothing outside of `text` is read. What is found is what `of` lets pass or, where there are `windows`, one of them.
static inline size_t text_scan_find_few(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t from,
                                        size_t end, uint64_t *found) {
  if (from >= end) return 0;
  size_t n = few->find(few, admitted, text + from, end - from, found);
  for (size_t i = 0; i < n; i++) found[i] += (uint64_t)from << 8;
  return n;
}

/// The same of all places of a text; `found` has room for `count`, or for twice as many where landmarks are sought.
static inline size_t text_scan_find_few_at_once(const text_scan_few *few, uint64_t admitted, const uint8_t *text,
                                                size_t count, uint64_t *found) {
  return count < few->shortest ? 0 : few->find(few, admitted, text, count - 3, found);
}

enum { text_scan_longest_literal = 64 };

/// Says in which literal, of at most `text_scan_longest_literal` bytes, the next window of a prepared search stands, and where. With
/// `folded`, 0x20, no look is taken at that bit. It is to be said of all or of none.
void text_scan_add_literal(text_scan_few *few, text_scan_tables *tables, int number, const uint8_t *bytes, uint8_t length,
                           uint8_t window_at, uint8_t folded);

/// Eight sets of nine bytes, that before a place and the eight from there on: bit b of `of[i][byte]` says that in set b the
/// byte at i may be this one. `upper` says it of all bytes beyond ASCII together, `low` and `high` of halves of the first
/// five, as above; they may let more pass.
typedef struct {
  uint8_t of[9][256];
  uint8_t upper[9];
  uint8_t low[5][16];
  uint8_t high[5][16];
} text_scan_probes;

/// Lets a byte pass at a place of the sets that `bits` names.
static inline void text_scan_add(text_scan_probes *probes, int place, uint8_t byte, uint8_t bits) {
  probes->of[place][byte] |= bits;
  if (byte >= 0x80) probes->upper[place] |= bits;
  if (place >= 5) return;
  probes->low[place][byte & 15] |= bits;
  probes->high[place][byte >> 4] |= bits;
}

/// Finds the places in `text` around which nine bytes are those of a set.
///
/// Places `from`, at least 1, up to, not including, `end`, which is at most `count - 7`, are looked at. `found` is as above.
size_t text_scan_find_probes(const text_scan_probes *probes, const uint8_t *text, size_t count, size_t from, size_t end,
                             uint64_t *found);
size_t text_scan_find_probes_portably(const text_scan_probes *probes, const uint8_t *text, size_t from, size_t end,
                                      uint64_t *found);

/// Which of eight sets of pairs of bytes each half of a byte may belong to: of the first byte, and of the second.
typedef struct {
  uint8_t low[2][16];
  uint8_t high[2][16];
} text_scan_pairs;

/// Finds the places in `text` that begin four bytes of a table and stand behind a pair: its second byte is the first of
/// the four.
///
/// The four bytes, with bit 5 set in each, are spread over 64 bits as `text_scan_spread` does; the bits from 40 up choose,
/// after `cell_mask`, a cell of `bitmap`, and the five and five below them two bits in it, which are both set for what is
/// in the table. Places `from` up to, not including, `end` are looked at, as above; the first byte of a text has none before
/// it. `found` gets the places, in ascending order, and has room for `end - from + 1`.
size_t text_scan_find_landmarks(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                const uint8_t *text, size_t count, size_t from, size_t end, uint32_t *found);
size_t text_scan_find_landmarks_portably(const text_scan_pairs *pairs, const uint32_t *bitmap, uint64_t cell_mask,
                                         const uint8_t *text, size_t from, size_t end, uint32_t *found);

/// Many literals that are sought by landmarks, and `few` others, or none.
typedef struct text_scan_landmarks {
  const text_scan_few *few;
  const text_scan_pairs *pairs;
  const uint32_t *bitmap;
  uint64_t cell_mask;
  /// A text of fewer bytes has none.
  uint32_t shortest;
} text_scan_landmarks;

/// Makes `all`, in memory that is zero, a search for `landmarks` and for what is `few` beside: of a landmark the place is found
/// with the bits of no set. `found` has room for twice as many.
void text_scan_prepare_landmarks(text_scan_few *all, const text_scan_landmarks *landmarks);

static inline uint64_t text_scan_spread(uint32_t four) { return four * UINT64_C(0x9E3779B97F4A7C15); }

/// The two bits of a cell that stand for what spreads to `hash`.
static inline uint32_t text_scan_cell_bits(uint64_t hash) {
  return (uint32_t)1 << (hash >> 35 & 31) | (uint32_t)1 << (hash >> 30 & 31);
}

/// Finds the next place in `text` behind a line feed whose byte is one of `firsts`, eight at most, any of them as often as it
/// takes to make eight; or that of the end behind one. Places behind `from` are looked at. `count + 1` if there is none.
size_t text_scan_find_line(const uint8_t firsts[8], const uint8_t *text, size_t count, size_t from);

/// The first place where `sought`, of `length` bytes, stands in `text`; NULL if there is none. In linear time, as `memmem`, which
/// takes its time to prepare.
const uint8_t *text_scan_find_text(const uint8_t *text, size_t count, const uint8_t *sought, size_t length);

/// Whether `last` stands in `text` at `place`, where there is room for it, and `first` among the 64 bytes before. None is empty.
/// Of `text` `text_scan_reads_beyond` bytes behind the last one may be read.
int text_scan_stand_near(const uint8_t *text, size_t place, const uint8_t *last, size_t last_length, const uint8_t *first,
                         size_t first_length);

/// Up to eight bytes; what stands behind them repeats one of them.
typedef struct {
  uint8_t bytes[8];
  uint8_t count;
} text_scan_bytes;

/// The next place in `text` from `from` on whose byte is one of `first`, which are at least one, and the byte behind it, if
/// there is one, one of `second`; of no bytes every one is. `count` if there is none. Nothing outside of `text` is read.
size_t text_scan_next(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text, size_t from,
                      size_t count);
size_t text_scan_next_portably(const text_scan_bytes *first, const text_scan_bytes *second, const uint8_t *text,
                               size_t from, size_t count);

/// A set of ASCII characters: bit h of `low[n]` is that of the one whose halves are h and n.
typedef struct {
  uint8_t low[16];
} text_scan_ascii;

/// An automaton of at most 64 states that is walked by shuffling. From state 0 no text is accepted, from 1 every one is: both lead
/// to themselves alone. Of each class of bytes there is a row of 64 behind it: where each state leads. All of it is aligned to
/// 64, and stands together, so that nothing in it says where the rest is: what is in no cache is waited for once.
typedef struct {
  /// What the walk passes over in an idle state as `text_scan_next` does, and where that leads: to where the byte before leads
  /// from the start. Nothing where `first` is empty.
  text_scan_bytes first, second;
  /// Some of them may be alike.
  uint8_t idle[3];
  uint8_t start;
  /// States from here on accept the text where it ends.
  uint8_t first_accepting;
  /// The characters that lead all states to one and the same, but for those that they lead to the acceptance of any text: what
  /// stood before one of them matters no more.
  text_scan_ascii resets;
  uint8_t unused[25];
  /// The class of each byte.
  uint8_t classes[256];
} text_scan_automaton;

/// Asks for a line that is read soon and may be in no cache.
static inline void text_scan_ask(const void *line) { __builtin_prefetch(line); }

/// Asks for what a walk reads first, for one that is in no cache: lines of classes, and of the first rows.
static inline void text_scan_ask_for(const text_scan_automaton *automaton) {
  enum { lines = 24 };
  for (size_t line = 0; line < lines; line++) text_scan_ask((const uint8_t *)automaton + 64 * line);
}

/// Whether the processor has what `text_scan_walk` needs; where it has not, that ends the program.
int text_scan_can_walk(void);

/// Finds the `resets` of an automaton of so many classes and states, of which all else is there.
void text_scan_note_resets(text_scan_automaton *automaton, size_t class_count, size_t state_count);

/// Whether the automaton accepts the text, of which it is known that it accepts none of the first `refused` bytes and fewer,
/// whatever follows: no look is taken at what stands before the last reset among them. Nor is there a byte behind `last` from
/// which on it would accept the rest; `count` where that is not known.
int text_scan_walk(const text_scan_automaton *automaton, const uint8_t *text, size_t count, size_t refused, size_t last);

/// Eight classes of ASCII characters: bit b of `low[n]` and of `high[n]` says that in class b a byte may have n as its low and as
/// its high half; one is in a class if both may be. No byte beyond ASCII is in any.
typedef struct {
  uint8_t low[16];
  uint8_t high[16];
} text_scan_classes;

/// Says of each byte of `text` whether it is in a class: of the first six in `first`, in the last in `second`, a bit for each
/// byte, 64 to a word, those behind the text being 0. Returns 1 if there is a byte in the seventh class, and 2 if there is one
/// beyond ASCII, or both.
int text_scan_classify(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                       uint64_t *second);
int text_scan_classify_portably(const text_scan_classes *classes, const uint8_t *text, size_t count, uint64_t *first,
                                uint64_t *second);

/// `text_scan_few.find` a byte at a time, whatever the processor; for tests to compare with.
size_t text_scan_find_few_portably(const text_scan_few *few, uint64_t admitted, const uint8_t *text, size_t end,
                                   uint64_t *found);

#endif
