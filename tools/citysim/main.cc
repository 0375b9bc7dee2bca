// citysim: writes a simulated city folder and plays its days.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/crypto.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/folder.h"
#include "tools/citysim/addresses.h"
#include "tools/citysim/city.h"
#include "tools/citysim/day.h"

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

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "citysim: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "citysim: the simulated city. The same seed gives the same city."};
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  citysim write --out var/city --scale small\n"
      "  citysim day --city var/city --reports 500 --out var/day.csv\n"
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

  CLI11_PARSE(app, argc, argv);
  if (write->parsed()) return Report(WriteCity(out, scale, seed));
  return Report(WriteDay(city_folder, out, reports, seed));
}
