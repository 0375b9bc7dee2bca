// Grids that requests and answers name. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "city/city.h"
#include "errors/errors.h"

namespace wangge::command {

// NOT_FOUND unless the city has the grid; an empty id asks for none.
inline absl::Status CheckGrid(const city::City& city,
                              const std::string& grid_id) {
  return grid_id.empty() || city.FindGrid(grid_id) != nullptr
             ? absl::OkStatus()
             : errors::NotFound("grid", grid_id);
}

// Sets the name that the message's grid has today; none when it is gone.
template <typename Message>
void FillGridName(const city::City& city, Message* message) {
  if (const auto* grid = city.FindGrid(message->grid_id())) {
    message->set_name(grid->name());
  }
}

template <typename Messages>
void FillGridNames(const city::City& city, Messages* messages) {
  for (auto& message : *messages) FillGridName(city, &message);
}

}  // namespace wangge::command
