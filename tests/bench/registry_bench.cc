// The city as a value: look-ups in process against PostGIS on the same
// polygons, and against S2's own index for exactness.
#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <pqxx/pqxx>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "city/certificate.h"
#include "city/format/folder.h"
#include "s2/mutable_s2shape_index.h"
#include "s2/s2contains_point_query.h"
#include "s2/s2latlng.h"
#include "s2/s2lax_polygon_shape.h"
#include "s2/s2loop.h"
#include "tests/bench/bench.h"

namespace wangge::bench {
namespace {

using city::City;
using geo::Point;

double MicrosecondsSince(absl::Time start) {
  return absl::ToDoubleMicroseconds(absl::Now() - start);
}

// Points inside the city, uniformly at random.
std::vector<Point> PointsIn(const City& city, size_t count) {
  std::mt19937_64 random(75350);
  const auto& ring = city.root_grid().polygons(0).rings(0).coordinates_e7();
  int west = ring[0];
  int east = ring[0];
  int south = ring[1];
  int north = ring[1];
  for (int i = 0; i < ring.size(); i += 2) {
    west = std::min(west, ring[i]);
    east = std::max(east, ring[i]);
    south = std::min(south, ring[i + 1]);
    north = std::max(north, ring[i + 1]);
  }
  std::uniform_real_distribution<double> lng(west / 1e7, east / 1e7);
  std::uniform_real_distribution<double> lat(south / 1e7, north / 1e7);
  std::vector<Point> points;
  while (points.size() < count) {
    const Point point{lat(random), lng(random)};
    if (!city.Locate(point).chain.empty()) points.push_back(point);
  }
  return points;
}

// Points on and beside edges of all grids, down to the last bits.
std::vector<Point> PointsAtEdges(const City& city, size_t count) {
  std::mt19937_64 random(3530);
  std::vector<const registry::v1::Ring*> rings;
  for (const auto& [key, row] : city.rows().Sorted()) {
    if (!row->has_grid()) continue;
    for (const auto& polygon : row->grid().polygons()) {
      for (const auto& ring : polygon.rings()) rings.push_back(&ring);
    }
  }
  constexpr double kOff[] = {0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-5};
  std::vector<Point> points;
  while (points.size() < count) {
    const auto& e7 = rings[random() % rings.size()]->coordinates_e7();
    const int corners = e7.size() / 2;
    const int a = static_cast<int>(random() % static_cast<size_t>(corners));
    const int b = (a + 1) % corners;
    const double along =
        random() % 4 == 0
            ? 0
            : std::uniform_real_distribution<double>(0, 1)(random);
    const double off = kOff[random() % 6] * (random() % 2 == 0 ? 1 : -1);
    points.push_back(
        {1e-7 * (e7[2 * a + 1] + along * (e7[2 * b + 1] - e7[2 * a + 1])) + off,
         1e-7 * (e7[2 * a] + along * (e7[2 * b] - e7[2 * a])) - off});
  }
  return points;
}

class S2Index {
 public:
  explicit S2Index(const City& city) {
    for (const auto& [key, row] : city.rows().Sorted()) {
      if (!row->has_grid()) continue;
      for (const auto& polygon : row->grid().polygons()) {
        Add(polygon);
        grids_.push_back(&row->grid());
      }
    }
    index_.ForceBuild();
  }

  // The ids of what City::Locate says, from S2 alone.
  std::string Locate(const City& city, const Point& point) const {
    std::map<int, const city::Grid*> deepest;
    auto query = MakeS2ContainsPointQuery(&index_);
    query.VisitContainingShapes(
        S2LatLng::FromDegrees(point.latitude_deg, point.longitude_deg)
            .ToPoint(),
        [&](S2Shape* shape) {
          const auto* grid = grids_[static_cast<size_t>(shape->id())];
          auto& best = deepest[grid->layer()];
          if (best == nullptr || grid->level() > best->level()) best = grid;
          return true;
        });
    std::string ids;
    for (const auto& [layer, grid] : deepest) {
      absl::StrAppend(&ids, grid->grid_id(), " ");
    }
    (void)city;
    return ids;
  }

 private:
  void Add(const registry::v1::Polygon& polygon) {
    std::vector<std::vector<S2Point>> loops;
    for (const auto& ring : polygon.rings()) {
      std::vector<S2Point> corners;
      for (int i = 0; i + 1 < ring.coordinates_e7_size(); i += 2) {
        corners.push_back(
            S2LatLng::FromE7(ring.coordinates_e7(i + 1), ring.coordinates_e7(i))
                .ToPoint());
      }
      if (S2Loop(corners, S2Debug::DISABLE).IsNormalized() != loops.empty()) {
        std::reverse(corners.begin(), corners.end());
      }
      loops.push_back(std::move(corners));
    }
    index_.Add(std::make_unique<S2LaxPolygonShape>(loops));
  }

  MutableS2ShapeIndex index_;
  std::vector<const city::Grid*> grids_;
};

std::string IdsOf(const city::Location& location) {
  std::string ids;
  if (!location.chain.empty()) {
    absl::StrAppend(&ids, location.chain.back()->grid_id(), " ");
  }
  for (const auto* grid : location.overlays) {
    absl::StrAppend(&ids, grid->grid_id(), " ");
  }
  return ids;
}

size_t Differences(const City& city, const std::vector<Point>& points) {
  const S2Index oracle(city);
  size_t differences = 0;
  for (const Point& point : points) {
    if (IdsOf(city.Locate(point)) != oracle.Locate(city, point)) ++differences;
  }
  return differences;
}

std::string WellKnownText(const city::Grid& grid) {
  std::string text = "MULTIPOLYGON(";
  for (const auto& polygon : grid.polygons()) {
    absl::StrAppend(&text, text.back() == '(' ? "(" : ",(");
    for (const auto& ring : polygon.rings()) {
      const auto& e7 = ring.coordinates_e7();
      absl::StrAppend(&text, text.back() == '(' ? "(" : ",(");
      for (int i = 0; i <= e7.size(); i += 2) {
        const int at = i == e7.size() ? 0 : i;
        absl::StrAppend(&text, i == 0 ? "" : ",", e7[at], "e-7 ", e7[at + 1],
                        "e-7");
      }
      text += ")";
    }
    text += ")";
  }
  return text + ")";
}

// Microseconds for the chain of every layer at one point.
struct PostGis {
  double over_socket = 0;
  double in_server = 0;
};

PostGis MeasurePostGis(const std::string& dsn, const City& city,
                       const std::vector<Point>& points) {
  pqxx::connection connection(dsn);
  pqxx::nontransaction work(connection);
  work.exec("CREATE EXTENSION IF NOT EXISTS postgis");
  work.exec("DROP TABLE IF EXISTS grid");
  work.exec("CREATE TABLE grid (id text, level int, geom geometry)");
  {
    pqxx::stream_to out(work, "grid",
                        std::vector<std::string>{"id", "level", "geom"});
    for (const auto& [key, row] : city.rows().Sorted()) {
      if (!row->has_grid()) continue;
      out << std::make_tuple(row->grid().grid_id(),
                             static_cast<int>(row->grid().level()),
                             WellKnownText(row->grid()));
    }
    out.complete();
  }
  work.exec("CREATE INDEX ON grid USING gist (geom)");
  work.exec("ANALYZE grid");
  connection.prepare("chain",
                     "SELECT id FROM grid WHERE ST_Covers(geom, "
                     "ST_MakePoint($1, $2)) ORDER BY level");
  PostGis result;
  for (const size_t count : {size_t{200}, points.size()}) {  // Warm first.
    const absl::Time start = absl::Now();
    for (size_t i = 0; i < count; ++i) {
      work.exec_prepared("chain", points[i].longitude_deg,
                         points[i].latitude_deg);
    }
    result.over_socket = MicrosecondsSince(start) / static_cast<double>(count);
  }
  work.exec("CREATE TEMP TABLE point (x float8, y float8)");
  {
    pqxx::stream_to out(work, "point", std::vector<std::string>{"x", "y"});
    for (const Point& point : points) {
      out << std::make_tuple(point.longitude_deg, point.latitude_deg);
    }
    out.complete();
  }
  const absl::Time start = absl::Now();
  work.exec(
      "DO $$ DECLARE p record; ids text[]; BEGIN FOR p IN SELECT * FROM point "
      "LOOP SELECT array_agg(id ORDER BY level) INTO ids FROM grid WHERE "
      "ST_Covers(geom, ST_MakePoint(p.x, p.y)); END LOOP; END $$");
  result.in_server =
      MicrosecondsSince(start) / static_cast<double>(points.size());
  return result;
}

// Megabytes of memory that this process holds.
double ResidentMegabytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(getpagesize()) / 1e6;
}

// Milliseconds to make the next city when one micro-grid's corner moves by a
// metre: half of them, and 99 of 100.
std::pair<double, double> DeltaTimes(const std::shared_ptr<const City>& city) {
  std::vector<double> milliseconds;
  std::shared_ptr<const City> current = city;
  for (const auto& [key, row] : city->rows().Sorted()) {
    if (!row->has_grid() ||
        row->grid().level() != common::v1::GRID_LEVEL_MICRO) {
      continue;
    }
    city::CityRow changed = *row;
    auto* e7 = changed.mutable_grid()
                   ->mutable_polygons(0)
                   ->mutable_rings(0)
                   ->mutable_coordinates_e7();
    e7->Set(0, e7->Get(0) + 100);
    city::Changes changes;
    city::AddRow(changed, &changes.upserts);
    const absl::Time start = absl::Now();
    const auto next = current->With(city->version(), changes);
    milliseconds.push_back(MicrosecondsSince(start) / 1e3);
    if (next.ok()) current = *next;
    if (milliseconds.size() == 200) break;
  }
  const double half = Percentile(&milliseconds, 0.5);
  return {half, Percentile(&milliseconds, 0.99)};
}

// Microseconds of a look-up in a loop.
double MeanOfLocate(const City& city, const std::vector<Point>& points) {
  size_t found = 0;
  const absl::Time start = absl::Now();
  for (const Point& point : points) found += city.Locate(point).chain.size();
  if (found == 0) std::abort();  // Cannot be; the look-ups are not left out.
  return MicrosecondsSince(start) / static_cast<double>(points.size());
}

// Medians of rounds by turns: the machine's memory is faster in one minute than
// in the next.
std::pair<double, double> CompareLocate(const City& one, const City& ten) {
  const auto points_of_one = PointsIn(one, 1'000'000);
  const auto points_of_ten = PointsIn(ten, 1'000'000);
  std::vector<double> of_one;
  std::vector<double> of_ten;
  for (int round = 0; round < 7; ++round) {
    of_one.push_back(MeanOfLocate(one, points_of_one));
    of_ten.push_back(MeanOfLocate(ten, points_of_ten));
  }
  return {Percentile(&of_one, 0.5), Percentile(&of_ten, 0.5)};
}

// The mean of a look-up in a loop, and percentiles of single ones.
void MeasureLocate(const City& city, const std::vector<Point>& points,
                   double* mean) {
  *mean = MeanOfLocate(city, points);
  size_t found = 0;
  std::vector<double> single;
  single.reserve(points.size());
  for (const Point& point : points) {
    const auto begin = std::chrono::steady_clock::now();
    found += city.Locate(point).chain.size();
    const auto end = std::chrono::steady_clock::now();
    single.push_back(
        std::chrono::duration<double, std::micro>(end - begin).count());
  }
  Print("registry", "locate_mean", *mean, "us, chain of every layer");
  Print("registry", "locate_p50", Percentile(&single, 0.5),
        "us, the clock's time included", "limit", 0.5);
  Print("registry", "locate_p99", Percentile(&single, 0.99), "us");
  Print("registry", "locate_levels",
        static_cast<double>(found) / static_cast<double>(points.size()),
        "governance grids a point");
}

// What is asked of a city of any size.
struct Size {
  std::shared_ptr<const City> city;
  double rows = 0;
  double read_and_build = 0;  // Seconds.
  double memory = 0;          // Megabytes, rows included.
  double index = 0;           // Megabytes.
  double certificate = 0;     // Seconds.
  double delta_p50 = 0;       // Milliseconds.
  double delta_p99 = 0;
};

absl::StatusOr<Size> MeasureSize(const std::string& folder) {
  Size size;
  const double before = ResidentMegabytes();
  const absl::Time start = absl::Now();
  ASSIGN_OR_RETURN(size.city, city::LoadFolder(folder));
  size.read_and_build = MicrosecondsSince(start) / 1e6;
  malloc_trim(0);
  size.memory = ResidentMegabytes() - before;
  size.rows = static_cast<double>(size.city->rows().size());
  size.index = static_cast<double>(size.city->polygon_index().ByteSize()) / 1e6;
  size.certificate = city::Certify(*size.city, absl::Now()).duration_seconds();
  std::tie(size.delta_p50, size.delta_p99) = DeltaTimes(size.city);
  return size;
}

void PrintSize(const Size& size) {
  Print("registry", "rows", size.rows, "");
  Print("registry", "read_and_build", size.read_and_build, "s");
  Print("registry", "memory", size.memory, "MB", "limit", 400);
  Print("registry", "locate_index", size.index, "MB");
  Print("registry", "certificate", size.certificate, "s", "limit", 20);
  Print("registry", "delta_p50", size.delta_p50,
        "ms, the next city when one grid changes");
  Print("registry", "delta_p99", size.delta_p99, "ms");
}

// The same figures of ten times the city, against those of the city.
absl::Status CompareTenfold(const Size& one, const std::string& folder) {
  ASSIGN_OR_RETURN(const Size ten, MeasureSize(folder));
  const auto [locate_one, locate_ten] = CompareLocate(*one.city, *ten.city);
  Print("registry", "tenfold_rows", ten.rows, "", "full", one.rows);
  Print("registry", "tenfold_locate", locate_ten, "us", "full", locate_one);
  Print("registry", "tenfold_read_and_build", ten.read_and_build, "s", "full",
        one.read_and_build);
  Print("registry", "tenfold_memory", ten.memory, "MB", "full", one.memory);
  Print("registry", "tenfold_locate_index", ten.index, "MB", "full", one.index);
  Print("registry", "tenfold_certificate", ten.certificate, "s", "full",
        one.certificate);
  Print("registry", "tenfold_delta_p50", ten.delta_p50, "ms", "full",
        one.delta_p50);
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const Size size, MeasureSize(options.city));
  const City& city = *size.city;
  PrintSize(size);
  double mean = 0;
  MeasureLocate(city, PointsIn(city, 1'000'000), &mean);
  const size_t crowd = options.quick ? 100'000 : 1'000'000;
  const size_t differences = Differences(city, PointsAtEdges(city, crowd));
  Print("registry", "differences_from_s2", static_cast<double>(differences),
        absl::StrCat("of ", crowd, " points at edges"));
  if (!options.postgis.empty()) {
    const PostGis peer = MeasurePostGis(
        options.postgis, city, PointsIn(city, options.quick ? 2000 : 20'000));
    Print("registry", "postgis_over_socket_against_locate", peer.over_socket,
          "us", "Locate, us", mean);
    Print("registry", "postgis_in_server_against_locate", peer.in_server, "us",
          "Locate, us", mean);
  }
  if (!options.tenfold.empty()) {
    RETURN_IF_ERROR(CompareTenfold(size, options.tenfold));
  }
  return differences == 0 ? absl::OkStatus()
                          : absl::InternalError("answers differ from S2's");
}

}  // namespace

int RunRegistry(const Options& options) { return Report(Run(options)); }

}  // namespace wangge::bench
