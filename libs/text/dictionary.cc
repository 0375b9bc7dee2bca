#include "text/dictionary.h"

#include <marisa.h>

#include "absl/strings/str_replace.h"
#include "base/text.h"

namespace wangge::text {
namespace {

std::string Key(const std::string& word) {
  return absl::StrReplaceAll(NormalizeText(word), {{" ", ""}});
}

bool StartsCharacter(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

struct Dictionary::State {
  marisa::Trie trie;
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
  marisa::Agent agent;
  for (size_t pos = 0; pos < haystack.size();) {
    agent.set_query(haystack.data() + pos, haystack.size() - pos);
    size_t longest = 0;
    size_t id = 0;
    while (state_->trie.common_prefix_search(agent)) {
      longest = agent.key().length();
      id = agent.key().id();
    }
    if (longest > 0) {
      matches.push_back({pos, longest, state_->entries[id]});
      pos += longest;
    } else {
      ++pos;
      while (pos < haystack.size() && !StartsCharacter(haystack[pos])) ++pos;
    }
  }
  return matches;
}

}  // namespace wangge::text
