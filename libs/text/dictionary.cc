#include "text/dictionary.h"

#include <marisa.h>

#include <utility>

#include "absl/container/flat_hash_map.h"

namespace wangge::text {
namespace {

size_t Utf8Size(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

}  // namespace

struct Dictionary::State {
  // What words begin with: nearly all places of a text are told from it alone,
  // without a walk in the trie.
  class Beginnings {
   public:
    void Add(const std::vector<char32_t>& chars, size_t id) {
      firsts_[chars[0] % kFirsts] = true;
      if (chars.size() == 1) {
        singles_.emplace(chars[0], id);
      } else {
        pairs_[Hash(chars[0], chars[1])] = true;
      }
    }
    bool MayBegin(char32_t c) const { return firsts_[c % kFirsts]; }
    // Whether a word of several characters may.
    bool MayBeLong(const std::vector<char32_t>& text, size_t at) const {
      return at + 1 < text.size() && pairs_[Hash(text[at], text[at + 1])];
    }
    // The word that is this character; null when there is none.
    const size_t* Single(char32_t c) const {
      const auto single = singles_.find(c);
      return single == singles_.end() ? nullptr : &single->second;
    }

   private:
    static constexpr size_t kFirsts = size_t{1} << 16;
    static constexpr size_t kPairs = size_t{1} << 17;

    static size_t Hash(char32_t first, char32_t second) {
      return (first * 0x9E3779B1U ^ second * 0x85EBCA77U) % kPairs;
    }

    std::vector<bool> firsts_ = std::vector<bool>(kFirsts);
    std::vector<bool> pairs_ = std::vector<bool>(kPairs);
    absl::flat_hash_map<char32_t, size_t> singles_;
  };

  // The longest word that begins at the character `at`, which is the byte
  // `pos`: its length in bytes, 0 for none, and its key id.
  std::pair<size_t, size_t> LongestAt(const NormalText& text, size_t at,
                                      size_t pos) const {
    const char32_t first = text.characters()[at];
    if (!beginnings.MayBegin(first)) return {0, 0};
    if (!beginnings.MayBeLong(text.characters(), at)) {
      const size_t* single = beginnings.Single(first);
      return single == nullptr ? std::pair(size_t{0}, size_t{0})
                               : std::pair(Utf8Size(first), *single);
    }
    // Agents keep buffers, which are dear to make.
    thread_local marisa::Agent agent;
    agent.set_query(text.bytes().data() + pos, text.bytes().size() - pos);
    std::pair<size_t, size_t> longest;
    while (trie.common_prefix_search(agent)) {
      longest = {agent.key().length(), agent.key().id()};
    }
    return longest;
  }

  marisa::Trie trie;
  Beginnings beginnings;
  std::vector<std::vector<int>> entries;  // By key id.
};

Dictionary::Dictionary(const std::vector<std::string>& words)
    : state_(std::make_unique<State>()) {
  const std::vector<NormalText> normals(words.begin(), words.end());
  marisa::Keyset keys;
  for (const NormalText& normal : normals) {
    const std::string& key = normal.bytes();
    if (!key.empty()) keys.push_back(key.data(), key.size());
  }
  state_->trie.build(keys);  // Gives the keys their ids.
  state_->entries.resize(state_->trie.size());
  size_t next = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (normals[i].bytes().empty()) continue;
    const size_t id = keys[next++].id();
    state_->beginnings.Add(normals[i].characters(), id);
    state_->entries[id].push_back(static_cast<int>(i));
  }
}

Dictionary::~Dictionary() = default;

std::vector<Match> Dictionary::Find(const NormalText& text) const {
  constexpr size_t kUsualMatches = 16;
  std::vector<Match> matches;
  if (state_->trie.empty()) return matches;
  matches.reserve(kUsualMatches);
  const std::vector<char32_t>& chars = text.characters();
  size_t pos = 0;
  for (size_t i = 0; i < chars.size();) {
    const auto [length, id] = state_->LongestAt(text, i, pos);
    const size_t begin = i;
    const size_t end = pos + length;
    do {
      pos += Utf8Size(chars[i++]);
    } while (pos < end);
    if (length > 0) matches.push_back({begin, i, state_->entries[id]});
  }
  return matches;
}

}  // namespace wangge::text
