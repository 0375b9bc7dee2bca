// citysim: writes a simulated city folder and plays its days.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "base/file.h"
#include "base/lock_checks.h"
#include "base/status_macros.h"
#include "city/format/folder.h"
#include "citysim/addresses.h"
#include "citysim/city.h"
#include "citysim/day.h"
#include "citysim/workers.h"
#include "rpc/client.h"

namespace {

using wangge::citysim::Scale;

Scale ScaleOf(const std::string& name) {
  if (name == "tenfold") return Scale::Tenfold();
  return name == "full" ? Scale::Full() : Scale::Small();
}

absl::Status WriteCity(const std::string& out, const std::string& scale,
                       uint32_t seed) {
  std::filesystem::create_directories(out + "/secrets");
  std::fprintf(stderr, "citysim: making the %s city, seed %u\n", scale.c_str(),
               seed);
  const auto city = wangge::citysim::MakeCity(ScaleOf(scale), seed);
  RETURN_IF_ERROR(wangge::city::WriteFolder(out, city.rows));
  RETURN_IF_ERROR(wangge::WriteFile(out + "/labelled.csv",
                                    wangge::citysim::LabelledTexts(seed)));
  ASSIGN_OR_RETURN(const auto built, wangge::city::City::Build({}, city.rows));
  RETURN_IF_ERROR(wangge::WriteFile(
      out + "/addresses.csv", wangge::citysim::KnownAddresses(*built, seed)));
  std::string keys = "officer_id,private_key\n";
  for (const auto& key : city.reviewer_keys) {
    keys += key.officer_id + "," + wangge::ToHex(key.private_key) + "\n";
  }
  RETURN_IF_ERROR(wangge::WriteFile(out + "/secrets/reviewer_keys.csv", keys));
  std::filesystem::permissions(out + "/secrets",
                               std::filesystem::perms::owner_all);
  std::fprintf(stderr, "citysim: %zu rows in %s\n", city.rows.size(),
               out.c_str());
  return absl::OkStatus();
}

absl::Status WriteDay(const std::string& city_folder, const std::string& out,
                      int count, uint32_t seed) {
  ASSIGN_OR_RETURN(const auto city, wangge::city::LoadFolder(city_folder));
  return wangge::WriteFile(out,
                           wangge::citysim::DayOfReports(*city, count, seed));
}

// What `workers` plays.
struct WorkersOptions {
  std::string city_folder;
  std::vector<std::string> addresses;
  std::string certificates = "var/certs";
  int streams = 100;
  int seconds = 60;
  int cut_every = 0;
  wangge::citysim::WorkerHabits habits;
  double late_seconds = 30;
};

// Everybody with a post in a grid attaches and answers.
absl::Status PlayWorkers(const WorkersOptions& o) {
  ASSIGN_OR_RETURN(const auto city, wangge::city::LoadFolder(o.city_folder));
  std::vector<std::string> ids;
  for (const auto* officer : city->OfficersIn(city->root_grid().grid_id())) {
    ids.push_back(officer->officer_id());
  }
  const std::string key = o.certificates + "/gateway-push";
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (const std::string& address : o.addresses) {
    ASSIGN_OR_RETURN(auto channel, wangge::rpc::Connect(
                                       address, {key + ".crt", key + ".key",
                                                 o.certificates + "/ca.crt"}));
    channels.push_back(std::move(channel));
  }
  wangge::citysim::WorkerHabits habits = o.habits;
  habits.late_by = absl::Seconds(o.late_seconds);
  wangge::citysim::Workers workers(std::move(channels), ids, o.streams, habits);
  for (int second = 1; second <= o.seconds; ++second) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    if (o.cut_every > 0 && second % o.cut_every == 0) {
      workers.Cut(std::max(1, o.streams / 10));
    }
    const auto count = workers.Count();
    std::printf(
        "%4d s  attached %lld of %zu  delivered %lld  repeated %lld  receipts "
        "%lld\n",
        second, static_cast<long long>(count.attached), ids.size(),
        static_cast<long long>(count.delivered),
        static_cast<long long>(count.repeated),
        static_cast<long long>(count.receipts));
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

void AddWorkers(CLI::App* app, WorkersOptions* o) {
  auto* workers = app->add_subcommand(
      "workers", "Play all workers: attach, drop, come back, answer.");
  workers->add_option("--city", o->city_folder, "City folder")->required();
  workers
      ->add_option("--command", o->addresses,
                   "Addresses of command, one for each replica")
      ->required();
  workers->add_option("--certificates", o->certificates,
                      "Folder of certificates and keys");
  workers->add_option("--streams", o->streams, "Gateway streams")
      ->check(CLI::Range(1, 10'000));
  workers->add_option("--seconds", o->seconds, "How long")
      ->check(CLI::Range(1, 86'400));
  workers->add_option("--cut-every", o->cut_every,
                      "Cut a tenth of the streams every so many seconds");
  workers->add_option("--dead", o->habits.dead, "Share of dead phones, 0 to 1");
  workers->add_option("--silent", o->habits.silent,
                      "Share that never acknowledges, 0 to 1");
  workers->add_option("--late", o->habits.late,
                      "Share that acknowledges late, 0 to 1");
  workers->add_option("--late-by", o->late_seconds, "Seconds that is, 30");
}

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "citysim: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  wangge::SkipLockChecks();
  CLI::App app{
      "citysim: the simulated city. The same seed gives the same city."};
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  citysim write --out var/city --scale small\n"
      "  citysim day --city var/city --reports 500 --out var/day.csv\n"
      "  citysim workers --city var/city --dead 0.01 --late 0.1 --seconds 60\n"
      "  wgctl submit --csv var/day.csv --speed 1440   (a day in a minute)");
  std::string out;
  std::string scale = "small";
  std::string city_folder;
  int reports = 500;
  uint32_t seed = 1;

  auto* write = app.add_subcommand("write", "Write a city folder.");
  write->add_option("--out", out, "Folder to write")->required();
  write
      ->add_option("--scale", scale,
                   "small, full for all of Zhengzhou, or tenfold")
      ->check(CLI::IsMember({"small", "full", "tenfold"}));
  write->add_option("--seed", seed, "Any number");

  auto* day = app.add_subcommand("day", "Write a day of reports as CSV.");
  day->add_option("--city", city_folder, "City folder")->required();
  day->add_option("--out", out, "CSV file to write")->required();
  day->add_option("--reports", reports, "How many")
      ->check(CLI::Range(1, 1'000'000));
  day->add_option("--seed", seed, "Any number");

  WorkersOptions workers;
  AddWorkers(&app, &workers);

  CLI11_PARSE(app, argc, argv);
  if (app.got_subcommand("workers")) return Report(PlayWorkers(workers));
  if (write->parsed()) return Report(WriteCity(out, scale, seed));
  return Report(WriteDay(city_folder, out, reports, seed));
}
