#include "text/dictionary.h"

#include <marisa.h>

namespace wangge::text {
namespace {

size_t Utf8Size(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

}  // namespace

struct Dictionary::State {
  // The characters with which words begin, two by two: nearly all places of a
  // text are told from them alone, without a walk in the trie.
  class Beginnings {
   public:
    void Add(const std::vector<char32_t>& chars) {
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

  marisa::Trie trie;
  Beginnings beginnings;
  std::vector<std::vector<int>> entries;  // By key id.
};

Dictionary::Dictionary(const std::vector<std::string>& words)
    : state_(std::make_unique<State>()) {
  marisa::Keyset keys;
  for (const std::string& word : words) {
    const NormalText normal(word);
    const std::string& key = normal.bytes();
    if (!key.empty()) keys.push_back(key.data(), key.size());
  }
  state_->trie.build(keys);
  state_->entries.resize(state_->trie.size());
  for (size_t i = 0; i < words.size(); ++i) {
    const NormalText normal(words[i]);
    const std::string& key = normal.bytes();
    if (key.empty()) continue;
    state_->beginnings.Add(normal.characters());
    marisa::Agent agent;
    agent.set_query(key.data(), key.size());
    if (state_->trie.lookup(agent)) {
      state_->entries[agent.key().id()].push_back(static_cast<int>(i));
    }
  }
}

Dictionary::~Dictionary() = default;

std::vector<Match> Dictionary::Find(const NormalText& text) const {
  std::vector<Match> matches;
  if (state_->trie.empty()) return matches;
  const std::string& bytes = text.bytes();
  const std::vector<char32_t>& chars = text.characters();
  // Agents keep buffers, which are dear to make.
  thread_local marisa::Agent agent;
  size_t pos = 0;
  for (size_t i = 0; i < chars.size();) {
    size_t longest = 0;
    size_t id = 0;
    if (state_->beginnings.May(chars, i)) {
      agent.set_query(bytes.data() + pos, bytes.size() - pos);
      while (state_->trie.common_prefix_search(agent)) {
        longest = agent.key().length();
        id = agent.key().id();
      }
    }
    const size_t begin = i;
    if (longest == 0) {
      pos += Utf8Size(chars[i++]);
      continue;
    }
    for (const size_t end = pos + longest; pos < end;) {
      pos += Utf8Size(chars[i++]);
    }
    matches.push_back({begin, i, state_->entries[id]});
  }
  return matches;
}

}  // namespace wangge::text
