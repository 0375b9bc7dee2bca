#include "services/command/domain/release.h"

#include <utility>

#include "base/clock.h"
#include "errors/errors.h"

namespace wangge::command {

Release ReleaseOf(StoredInstruction stored, const v1::Instruction* reference,
                  const std::string& releaser, const city::City& city,
                  absl::Time now) {
  Release release;
  v1::Instruction& i = stored.instruction;
  i.set_state(v1::INSTRUCTION_STATE_RELEASED);
  i.set_releaser(releaser);
  *i.mutable_release_time() = ToProto(now);
  i.set_city_version(city.version().version());
  if (i.type() != v1::INSTRUCTION_TYPE_CANCEL) {
    release.audience = ResolveAudience(i.audience(), city);
  }
  if (i.has_mobilisation()) {
    release.micro_grids = MicroGridsIn(i.audience().subtree_grid_id(), city);
  }
  if (reference != nullptr) release.notice = NoticeOf(*reference, now);
  release.released = std::move(stored);
  return release;
}

absl::Status CheckReachesSomebody(const Release& release) {
  const v1::Instruction& i = release.released.instruction;
  errors::Violations v;
  v.Require(i.type() == v1::INSTRUCTION_TYPE_CANCEL ||
                !release.audience.recipient_ids.empty(),
            "audience",
            "has no recipients; use PreviewAudience to see how many it has");
  v.Require(!i.has_mobilisation() || !release.micro_grids.empty(),
            "mobilisation",
            "must be omitted: the audience's grid has no micro-grids");
  return v.ToStatus();
}

}  // namespace wangge::command
