// Precompiled: the headers that nearly every file includes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/registry/v1/registry.pb.h"
