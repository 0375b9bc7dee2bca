#include "text/dictionary.h"

#include <marisa.h>

#include "absl/strings/str_replace.h"
#include "base/text.h"

namespace wangge::text {
namespace {

std::string Key(const std::string& word) {
  return absl::StrReplaceAll(NormalizeText(word), {{" ", ""}});
}

size_t Utf8Size(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

// The characters with which words begin, two by two: nearly all places of a
// text are told from them alone, without a walk in the trie.
class Beginnings {
 public:
  void Add(const std::string& word) {
    const auto chars = DecodeUtf8(word);
    (chars.size() == 1 ? singles_ : pairs_)[IndexOf(chars, 0)] = true;
  }
  bool May(const std::vector<char32_t>& text, size_t at) const {
    return singles_[Hash(text[at], 0)] || pairs_[IndexOf(text, at)];
  }

 private:
  static constexpr size_t kBits = size_t{1} << 17;

  static size_t Hash(char32_t first, char32_t second) {
    return (first * 0x9E3779B1U ^ second * 0x85EBCA77U) % kBits;
  }
  static size_t IndexOf(const std::vector<char32_t>& chars, size_t at) {
    return Hash(chars[at], at + 1 < chars.size() ? chars[at + 1] : 0);
  }

  std::vector<bool> singles_ = std::vector<bool>(kBits);
  std::vector<bool> pairs_ = std::vector<bool>(kBits);
};

}  // namespace

struct Dictionary::State {
  marisa::Trie trie;
  Beginnings beginnings;
  std::vector<std::vector<int>> entries;  // By key id.
};

Dictionary::Dictionary(const std::vector<std::string>& words)
    : state_(std::make_unique<State>()) {
  marisa::Keyset keys;
  for (const std::string& word : words) {
    const std::string key = Key(word);
    if (!key.empty()) keys.push_back(key.data(), key.size());
  }
  state_->trie.build(keys);
  state_->entries.resize(state_->trie.size());
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string key = Key(words[i]);
    if (key.empty()) continue;
    state_->beginnings.Add(key);
    marisa::Agent agent;
    agent.set_query(key.data(), key.size());
    if (state_->trie.lookup(agent)) {
      state_->entries[agent.key().id()].push_back(static_cast<int>(i));
    }
  }
}

Dictionary::~Dictionary() = default;

std::vector<Match> Dictionary::Find(const std::string& text) const {
  const std::string haystack = Key(text);
  std::vector<Match> matches;
  if (state_->trie.empty()) return matches;
  const std::vector<char32_t> chars = DecodeUtf8(haystack);
  marisa::Agent agent;
  size_t pos = 0;
  for (size_t i = 0; i < chars.size(); ++i) {
    size_t longest = 0;
    size_t id = 0;
    if (state_->beginnings.May(chars, i)) {
      agent.set_query(haystack.data() + pos, haystack.size() - pos);
      while (state_->trie.common_prefix_search(agent)) {
        longest = agent.key().length();
        id = agent.key().id();
      }
    }
    if (longest == 0) {
      pos += Utf8Size(chars[i]);
      continue;
    }
    matches.push_back({pos, longest, state_->entries[id]});
    for (const size_t end = pos + longest; pos < end; ++i) {
      pos += Utf8Size(chars[i]);
    }
    --i;  // The loop goes on behind the word.
  }
  return matches;
}

}  // namespace wangge::text
