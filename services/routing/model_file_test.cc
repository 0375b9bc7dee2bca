#include "services/routing/model_file.h"

#include <thread>

#include "absl/time/clock.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "testing/status.h"
#include "text/train/trainer.h"

namespace wangge::routing {
namespace {

std::shared_ptr<const text::Classifier> Model(const std::string& extra) {
  std::vector<text::Example> examples;
  for (const std::string where : {"一号院", "二号院", "三号院"}) {
    examples.push_back({where + extra + "暖气不热", "heat"});
    examples.push_back({where + extra + "路灯不亮", "light"});
  }
  return *text::Train(examples);
}

// Puts a file in place with a time of its own, as a later deployment has.
void Deploy(const std::string& path, const std::string& content, int seconds) {
  ASSERT_OK(WriteFile(path + ".new", content));
  std::filesystem::last_write_time(
      path + ".new", std::filesystem::file_time_type::clock::now() +
                         std::chrono::seconds(seconds));
  std::filesystem::rename(path + ".new", path);
}

void WaitFor(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!condition() && absl::Now() < end) std::this_thread::yield();
  EXPECT_TRUE(condition());
}

TEST(ModelFileTest, ANewModelIsTakenUpAndABrokenOneRefused) {
  const std::string path = ::testing::TempDir() + "/routing.model";
  const auto first = Model("");
  const auto second = Model("南");
  ASSERT_OK(first->Save(path));
  const auto file = ModelFile::Open(path);
  ASSERT_OK(file);
  EXPECT_EQ((*file)->Get()->version(), first->version());
  const auto held = (*file)->Get();

  ASSERT_OK(second->Save(path + ".second"));
  Deploy(path, *ReadFile(path + ".second"), 10);
  WaitFor([&] { return (*file)->Get()->version() == second->version(); });
  // A call that is on its way keeps its model.
  EXPECT_EQ(held->version(), first->version());
  EXPECT_EQ(held->Predict("暖气不热").front().label, "heat");

  const std::string good = *ReadFile(path);
  for (const std::string& bad :
       {std::string("not a model"), good.substr(0, good.size() / 2)}) {
    Deploy(path, bad, 20);
    EXPECT_FALSE((*file)->Refresh());
    EXPECT_EQ((*file)->Get()->version(), second->version());
  }
}

TEST(ModelFileTest, WithoutAModelThereIsNoService) {
  EXPECT_FALSE(ModelFile::Open(::testing::TempDir() + "/none.model").ok());
}

}  // namespace
}  // namespace wangge::routing
