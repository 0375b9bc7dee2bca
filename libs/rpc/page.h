// Pages of lists, after https://google.aip.dev/158: the one rule for page_size
// and the one form of page_token.
//
//   // A page of cases, newest first.
//   using CasePage = rpc::Page<absl::Time, std::string>;
//
//   absl::Status Validate(const ListCasesRequest& request) {
//     errors::Violations v;
//     CasePage::Require(request, &v);
//     return v.ToStatus();
//   }
//
//   ASSIGN_OR_RETURN(const CasePage page, CasePage::Read(request));
//   ASSIGN_OR_RETURN(auto cases, store.List(page.after, page.limit()));
//   if (page.Cut(&cases)) {
//     response.set_next_page_token(CasePage::Token(
//         request, cases.back().create_time, cases.back().case_no));
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "errors/errors.h"
#include "google/protobuf/message.h"

namespace wangge::rpc {

// How large pages are.
struct PageSizes {
  int default_size = 50;  // When page_size is 0.
  int max_size = 1000;    // More is taken as this.
};

namespace internal {

std::string EncodePart(int64_t part);
std::string EncodePart(absl::Time part);
std::string EncodePart(const std::string& part);
bool DecodePart(const std::string& text, int64_t* part);
bool DecodePart(const std::string& text, absl::Time* part);
bool DecodePart(const std::string& text, std::string* part);

std::string MakeToken(const google::protobuf::Message& request,
                      const std::vector<std::string>& parts);
// The parts of the request's token, which must be `count`; absent, with the
// violation added, when it is not one of the request's.
std::optional<std::vector<std::string>> ReadToken(
    const google::protobuf::Message& request, size_t count,
    errors::Violations* v);
void AddForeignToken(errors::Violations* v);
int PageSizeOf(int32_t asked, const PageSizes& sizes, errors::Violations* v);

}  // namespace internal

// A page that was asked for. A position is what the list is ordered by, of one
// or more parts: int64_t, std::string or absl::Time (to the microsecond).
//
// A token holds the position of the last item of its page and a digest of the
// request without page_size and page_token, so that it is good for the same
// question only. It is made of characters that need no escape in a URL. It is
// no secret and proves nothing: who may see an item is checked for each page.
template <typename... Parts>
struct Page {
  using Position = std::tuple<Parts...>;

  int size = 0;
  // Where the page before ended; absent for the first one.
  std::optional<Position> after;

  // Adds what is wrong with page_size (negative) and page_token (of another
  // request, or nothing that Token made). Returns the page when nothing is.
  template <typename Request>
  static Page Require(const Request& request, errors::Violations* v,
                      const PageSizes& sizes = {}) {
    Page page;
    page.size = internal::PageSizeOf(request.page_size(), sizes, v);
    if (request.page_token().empty()) return page;
    const auto texts = internal::ReadToken(request, sizeof...(Parts), v);
    if (!texts) return page;
    Position position;
    if (Decode(*texts, &position)) {
      page.after = std::move(position);
    } else {
      internal::AddForeignToken(v);
    }
    return page;
  }

  // The page of a request; INVALID_ARGUMENT says what Require adds.
  template <typename Request>
  static absl::StatusOr<Page> Read(const Request& request,
                                   const PageSizes& sizes = {}) {
    errors::Violations v;
    Page page = Require(request, &v, sizes);
    const absl::Status status = v.ToStatus();
    if (!status.ok()) return status;
    return page;
  }

  // The token of the page that follows the one that answers `request` and ends
  // at `last`.
  static std::string Token(const google::protobuf::Message& request,
                           const Parts&... last) {
    return internal::MakeToken(request, {internal::EncodePart(last)...});
  }

  // How many items to look for: one more tells whether a page follows.
  int limit() const { return size + 1; }
  // Drops what is beyond the page; returns whether there was more.
  template <typename Item>
  bool Cut(std::vector<Item>* items) const {
    const auto end = static_cast<size_t>(size);
    if (items->size() <= end) return false;
    items->erase(items->begin() + size, items->end());
    return true;
  }

 private:
  static bool Decode(const std::vector<std::string>& texts,
                     Position* position) {
    return std::apply(
        [&](auto&... parts) {
          size_t i = 0;
          return (internal::DecodePart(texts[i++], &parts) && ...);
        },
        *position);
  }
};

}  // namespace wangge::rpc
