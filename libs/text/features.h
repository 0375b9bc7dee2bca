// What the classifier sees of a text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace wangge::text {

// Hashed character n-grams (1 to 3) of the normalised text: pairs of bucket and
// count, ascending by bucket. N-grams run over blanks but not over punctuation,
// so that segmented and natural text give nearly the same features.
std::vector<std::pair<uint32_t, float>> ExtractFeatures(const std::string& text,
                                                        int bucket_bits);

}  // namespace wangge::text
