// How cases, their events and what sources are told lie in tables: a row each,
// an array a column. Pure.
#pragma once

#include <string>
#include <vector>

#include "db/array.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// The columns of cases.
struct CaseColumns {
  db::IntArray versions, states, lights;
  db::TextArray districts, streets, categories, lead_units, measures, spots;
  db::BoolArray needs_operators;
  db::TimeArray timers;
  db::BytesArray bodies;

  void Add(const Case& c);
};

// The columns of events: the case after each is what the feed shows.
struct EventColumns {
  db::TextArray case_nos, titles, units;
  db::IntArray sequences, states;
  db::BytesArray bodies, hashes;

  // `hash` is what the next event calls the hash before it.
  void Add(const CaseEvent& event, const Case& after, const std::string& hash);
};

// The columns of feedback items.
struct FeedbackColumns {
  db::TextArray case_nos, source_ids;
  db::BytesArray bodies;

  void Add(const CaseEvent& event, const Case& after);
};

// Adds the events of a new case, each with the case as it was after it, and
// what its sources are told of them.
void AddHistory(const Events& events, const Case& snapshot,
                EventColumns* event_columns, FeedbackColumns* feedback_columns);

// The hash of event `i` of events that lead to `snapshot`.
const std::string& HashOf(const Events& events, size_t i, const Case& snapshot);

// Adds a text, or null when it is empty.
void AddOrNull(const std::string& text, db::TextArray* array);

}  // namespace wangge::cases
