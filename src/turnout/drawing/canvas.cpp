#include "turnout/drawing/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string_view>

#include "turnout/drawing/cairo_functions.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

constexpr const char* kFont = "DejaVu Sans";
constexpr double kScale = 2;  // pixels of a PNG by point

void set(cairo_t* cairo, const Colour& colour) {
  lib().set_source_rgb(cairo, colour[0], colour[1], colour[2]);
}

cairo_status_t append(void* to, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);  // NOLINT
  return CAIRO_STATUS_SUCCESS;
}

void choose_font(cairo_t* cairo, double size, bool bold) {
  lib().select_font_face(cairo, kFont, CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  lib().set_font_size(cairo, size);
}

/// Letters as vectors have them, in pixels too. Cairo would take the kind of picture that a process
/// draws first for all later ones of a font.
void set_font_options(cairo_t* cairo) {
  cairo_font_options_t* options = lib().font_options_create();
  lib().font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  lib().font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  lib().font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  lib().set_font_options(cairo, options);
  lib().font_options_destroy(options);
}

struct FreeSurface {
  void operator()(cairo_surface_t* surface) const { lib().surface_destroy(surface); }
};
struct FreeCairo {
  void operator()(cairo_t* cairo) const { lib().destroy(cairo); }
};

constexpr std::size_t kLongestName = 32;  // of what cairo names

/// Cairo numbers images and surfaces on through all pictures of a process: here they start from 1, so
/// that a picture does not depend on those before it.
std::string numbered_anew(const std::string& svg) {
  std::map<std::string, std::size_t> numbers;
  std::string out;
  out.reserve(svg.size());
  std::size_t done = 0;
  // Names stand as id="image5" and as #image5: neither character is one of base64.
  for (std::size_t at = svg.find_first_of("\"#"); at != std::string::npos;
       at = svg.find_first_of("\"#", at + 1)) {
    const std::string_view rest = std::string_view(svg).substr(at + 1, kLongestName);
    for (const std::string_view kind : {"image", "surface"}) {
      if (!rest.starts_with(kind)) continue;
      const std::size_t end = rest.find_first_not_of("0123456789", kind.size());
      if (end == kind.size() || end == std::string_view::npos) continue;
      const std::size_t number =
          numbers.emplace(rest.substr(0, end), numbers.size() + 1).first->second;
      out.append(svg, done, at + 1 - done).append(fmt::format("{}{}", kind, number));
      done = at + 1 + end;
    }
  }
  return out.append(svg, done);
}

}  // namespace

Colour region_colour(std::size_t number) {
  // Lightness falls from 0.96 to 0.38 in steps of about 0.08: 0, 3, 1, 5, 2, 4, 6, 7.
  static constexpr std::array<Colour, 8> kColours = {{{1.00, 0.97, 0.75},
                                                      {0.62, 0.80, 0.93},
                                                      {0.85, 0.57, 0.15},
                                                      {0.75, 0.92, 0.70},
                                                      {0.30, 0.56, 0.75},
                                                      {0.93, 0.62, 0.72},
                                                      {0.60, 0.42, 0.66},
                                                      {0.38, 0.38, 0.38}}};
  return kColours.at(number % kColours.size());
}

Colour scale_colour(double share) {
  static constexpr std::array<Colour, 7> kStops = {{{0.00, 0.14, 0.31},
                                                    {0.19, 0.25, 0.42},
                                                    {0.35, 0.36, 0.42},
                                                    {0.49, 0.48, 0.47},
                                                    {0.65, 0.62, 0.46},
                                                    {0.82, 0.76, 0.41},
                                                    {1.00, 0.92, 0.27}}};
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kStops.size() - 2);
  const double part = place - static_cast<double>(below);
  Colour mixed{};
  for (std::size_t k = 0; k < 3; ++k)
    mixed.at(k) = kStops.at(below).at(k) * (1 - part) + kStops.at(below + 1).at(k) * part;
  return mixed;
}

void Canvas::fill_rectangle(Point corner, Point size, Colour colour) {
  set(cairo_, colour);
  lib().rectangle(cairo_, corner.x, corner.y, size.x, size.y);
  lib().fill(cairo_);
}

void Canvas::fill_polygon(const std::vector<Point>& corners, Colour colour) {
  set(cairo_, colour);
  lib().new_path(cairo_);
  for (const Point& corner : corners) lib().line_to(cairo_, corner.x, corner.y);
  lib().fill(cairo_);
}

void Canvas::arrow(const std::vector<Point>& points, Colour colour, double width) {
  constexpr double kLength = 8;
  constexpr double kHalf = 3.4;
  const Point tip = points.back();
  const Point from = points[points.size() - 2];
  const double length = std::hypot(tip.x - from.x, tip.y - from.y);
  const Point along = {(tip.x - from.x) / length, (tip.y - from.y) / length};
  const Point neck = {tip.x - kLength * along.x, tip.y - kLength * along.y};
  std::vector<Point> shaft = points;
  shaft.back() = neck;
  line(shaft, colour, width);
  fill_polygon({tip,
                {neck.x - kHalf * along.y, neck.y + kHalf * along.x},
                {neck.x + kHalf * along.y, neck.y - kHalf * along.x}},
               colour);
}

void Canvas::frame(Point corner, Point size, double width) {
  set(cairo_, {0, 0, 0});
  lib().set_line_width(cairo_, width);
  lib().rectangle(cairo_, corner.x, corner.y, size.x, size.y);
  lib().stroke(cairo_);
}

void Canvas::line(const std::vector<Point>& points, Colour colour, double width, bool dashed) {
  set(cairo_, colour);
  lib().set_line_width(cairo_, width);
  lib().set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
  lib().set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
  const std::array<double, 2> dashes = {4, 4};
  lib().set_dash(cairo_, dashes.data(), dashed ? 2 : 0, 0);
  for (std::size_t i = 0; i < points.size(); ++i)
    (i == 0 ? lib().move_to : lib().line_to)(cairo_, points[i].x, points[i].y);
  lib().stroke(cairo_);
  lib().set_dash(cairo_, dashes.data(), 0, 0);
}

void Canvas::segments(const std::vector<std::array<Point, 2>>& ends, Colour colour, double width) {
  set(cairo_, colour);
  lib().set_line_width(cairo_, width);
  lib().set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
  lib().new_path(cairo_);
  for (const auto& [from, to] : ends) {
    lib().move_to(cairo_, from.x, from.y);
    lib().line_to(cairo_, to.x, to.y);
  }
  lib().stroke(cairo_);
}

void Canvas::dot(Point at, double radius, Colour colour) {
  constexpr double kTurn = 6.283185307179586;
  set(cairo_, colour);
  lib().new_path(cairo_);  // text leaves a point behind
  lib().arc(cairo_, at.x, at.y, radius, 0, kTurn);
  lib().fill_preserve(cairo_);
  set(cairo_, {0, 0, 0});
  lib().set_line_width(cairo_, 0.7);
  lib().stroke(cairo_);
}

void Canvas::cross(Point at, double size) {
  for (const auto& [colour, width] : {std::pair{Colour{1, 1, 1}, 4.0}, {Colour{0, 0, 0}, 1.8}}) {
    line({{at.x - size, at.y - size}, {at.x + size, at.y + size}}, colour, width);
    line({{at.x - size, at.y + size}, {at.x + size, at.y - size}}, colour, width);
  }
}

double Canvas::text_width(const std::string& words, double size, bool bold) const {
  choose_font(cairo_, size, bold);
  cairo_text_extents_t extents;
  lib().text_extents(cairo_, words.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(Point at, const std::string& words, double size, Anchor anchor, bool upright,
                  bool bold) {
  const double width = text_width(words, size, bold);  // and chooses the font
  const double back = anchor == Anchor::kLeft ? 0 : anchor == Anchor::kMiddle ? width / 2 : width;
  set(cairo_, {0, 0, 0});
  lib().save(cairo_);
  lib().translate(cairo_, at.x, at.y);
  if (upright) lib().rotate(cairo_, -1.5707963267948966);
  lib().move_to(cairo_, -back, 0);
  lib().show_text(cairo_, words.c_str());
  lib().restore(cairo_);
}

void Canvas::image(Point corner, Point size, const std::vector<std::uint32_t>& pixels,
                   std::size_t width) {
  const std::size_t height = pixels.size() / width;
  const std::unique_ptr<cairo_surface_t, FreeSurface> surface(lib().image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)));
  const auto stride = static_cast<std::size_t>(lib().image_surface_get_stride(surface.get()));
  unsigned char* const data = lib().image_surface_get_data(surface.get());
  for (std::size_t j = 0; j < height; ++j)
    std::memcpy(data + j * stride, pixels.data() + j * width, width * sizeof(std::uint32_t));
  lib().surface_mark_dirty(surface.get());
  lib().save(cairo_);
  lib().translate(cairo_, corner.x, corner.y);
  lib().scale(cairo_, size.x / static_cast<double>(width), size.y / static_cast<double>(height));
  lib().set_source_surface(cairo_, surface.get(), 0, 0);
  lib().pattern_set_filter(lib().get_source(cairo_), CAIRO_FILTER_NEAREST);
  lib().paint(cairo_);
  lib().restore(cairo_);
}

void Canvas::clipped(Point corner, Point size, const std::function<void()>& draw) {
  lib().save(cairo_);
  lib().rectangle(cairo_, corner.x, corner.y, size.x, size.y);
  lib().clip(cairo_);
  draw();
  lib().restore(cairo_);
}

base::Result<std::string> picture(const std::string& format, Point size,
                                  const std::function<void(Canvas&)>& draw) {
  if (!cairo_functions()) return cairo_functions().error().within("picture");
  std::string bytes;
  const bool pixels = format == "png";
  std::unique_ptr<cairo_surface_t, FreeSurface> surface(
      pixels ? lib().image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(size.x * kScale),
                                          static_cast<int>(size.y * kScale))
      : format == "pdf" ? lib().pdf_surface_create_for_stream(append, &bytes, size.x, size.y)
                        : lib().svg_surface_create_for_stream(append, &bytes, size.x, size.y));
  if (format == "pdf") {  // the day would make every file another one
    lib().pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                   "2000-01-01T00:00:00");
  }
  std::unique_ptr<cairo_t, FreeCairo> cairo(lib().create(surface.get()));
  set_font_options(cairo.get());
  if (pixels) lib().scale(cairo.get(), kScale, kScale);
  Canvas canvas(cairo.get());
  canvas.fill_rectangle({0, 0}, size, {1, 1, 1});
  draw(canvas);
  lib().show_page(cairo.get());
  cairo_status_t status = lib().status(cairo.get());
  if (pixels && status == CAIRO_STATUS_SUCCESS)
    status = lib().surface_write_to_png_stream(surface.get(), append, &bytes);
  cairo.reset();
  lib().surface_finish(surface.get());
  if (status == CAIRO_STATUS_SUCCESS) status = lib().surface_status(surface.get());
  if (status != CAIRO_STATUS_SUCCESS)
    return base::Error{base::ErrorCode::kUnwritable, lib().status_to_string(status), "picture"};
  return format == "svg" ? numbered_anew(bytes) : bytes;
}

std::string picture_format(const std::string& path) {
  for (const char* format : {"svg", "png", "pdf"}) {
    if (path.ends_with(std::string(".") + format)) return format;
  }
  return "";
}

std::vector<double> ticks(double low, double high, bool logarithmic, int count) {
  std::vector<double> all;
  if (logarithmic) {
    const bool many = std::log10(high / low) > count;
    for (int power = static_cast<int>(std::floor(std::log10(low))); power <= std::log10(high);
         ++power) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double value = factor * std::pow(10.0, power);
        const bool inside = value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
        if (inside && (factor == 1 || !many)) all.push_back(value);
      }
    }
    return all;
  }
  const double rough = (high - low) / count;
  const double unit = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = unit * (rough / unit < 1.5   ? 1
                              : rough / unit < 3.5 ? 2
                              : rough / unit < 7.5 ? 5
                                                   : 10);
  const auto first = std::llround(std::ceil(low / step - 1e-9));
  const auto last = std::llround(std::floor(high / step + 1e-9));
  for (auto k = first; k <= last; ++k) all.push_back(static_cast<double>(k) * step);
  return all;
}

namespace {

double share(const PlotArea::Side& side, double value) {
  if (side.logarithmic) return std::log(value / side.low) / std::log(side.high / side.low);
  return (value - side.low) / (side.high - side.low);
}

}  // namespace

Point PlotArea::at_shares(double x, double y) const {
  return {corner_.x + x * size_.x, corner_.y + (1 - y) * size_.y};
}
Point PlotArea::at(double x, double y) const { return at_shares(share(x_, x), share(y_, y)); }

void PlotArea::draw_axes(Canvas& canvas) const {
  constexpr double kTick = 4;
  constexpr double kSmall = 10;
  constexpr double kName = 12;
  canvas.frame(corner_, size_);
  for (const double value : ticks(x_.low, x_.high, x_.logarithmic)) {
    const double x = at(value, y_.low).x;
    const double y = corner_.y + size_.y;
    canvas.line({{x, y}, {x, y + kTick}}, {0, 0, 0}, 1);
    canvas.text({x, y + kTick + kSmall + 2}, report::number(value), kSmall, Anchor::kMiddle);
  }
  double widest = 0;
  for (const double value : ticks(y_.low, y_.high, y_.logarithmic)) {
    const double y = at(x_.low, value).y;
    canvas.line({{corner_.x - kTick, y}, {corner_.x, y}}, {0, 0, 0}, 1);
    canvas.text({corner_.x - kTick - 3, y + kSmall / 3}, report::number(value), kSmall,
                Anchor::kRight);
    widest = std::max(widest, canvas.text_width(report::number(value), kSmall));
  }
  canvas.text({corner_.x + size_.x / 2, corner_.y + size_.y + 36}, x_.name, kName, Anchor::kMiddle);
  canvas.text({corner_.x - kTick - widest - 14, corner_.y + size_.y / 2}, y_.name, kName,
              Anchor::kMiddle, true);
}

}  // namespace turnout::drawing
