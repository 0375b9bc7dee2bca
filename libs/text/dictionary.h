// Finds the words of a dictionary in a text, over a marisa trie.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "text/normal_text.h"

namespace wangge::text {

// A word found in a text, from the character `begin` up to `end`.
struct Match {
  size_t begin = 0;
  size_t end = 0;
  // Positions of the word in the list from which the dictionary was made. Lives
  // as long as the dictionary.
  absl::Span<const int> entries;
};

// Immutable, so thread-safe.
class Dictionary {
 public:
  // Words are normalised (NormalText); the same word may occur several times,
  // each with its own entry. Empty words are ignored.
  explicit Dictionary(const std::vector<std::string>& words);
  ~Dictionary();
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  // All words in `text`, leftmost first, of those that start together the
  // longest only; words inside a longer match are left out.
  std::vector<Match> Find(const NormalText& text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wangge::text
