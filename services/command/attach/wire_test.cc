#include "services/command/attach/wire.h"

#include "gmock/gmock.h"
#include "rpc/bytes.h"
#include "testing/proto.h"

namespace wangge::command {
namespace {

TEST(WireTest, WhatIsWrittenReadsAsTheMessage) {
  const auto first =
      Encode(42, FromText<v1::Delivery>("title: 't' recipient_ids: 'dropped'"));
  const auto second = Encode(43, v1::Delivery());
  ResponseWriter writer;
  writer.SetCursor("7.42");
  writer.Add(first, {"a", "b"});
  writer.Add(second, {"c"});
  EXPECT_GT(writer.size(), 0U);
  v1::AttachResponse response;
  ASSERT_TRUE(rpc::FromBytes(writer.Take(), &response));
  EXPECT_THAT(response, EqualsProto(FromText<v1::AttachResponse>(
                            "cursor: '7.42' "
                            "deliveries { delivery_id: '000000000000042' "
                            "recipient_ids: ['a', 'b'] title: 't' } "
                            "deliveries { delivery_id: '000000000000043' "
                            "recipient_ids: 'c' }")));
  EXPECT_EQ(writer.size(), 0U);
  ASSERT_TRUE(rpc::FromBytes(writer.Take(), &response));
  EXPECT_THAT(response, EqualsProto(FromText<v1::AttachResponse>("")));
}

TEST(WireTest, ACloneSharesNothing) {
  const auto encoded = Encode(
      42, FromText<v1::Delivery>("title: 'longer than a slice inlines'"));
  const auto clone = encoded.Clone();
  EXPECT_EQ(clone.delivery_no, 42);
  EXPECT_NE(clone.shared.begin(), encoded.shared.begin());
  const auto text = [](const grpc::Slice& slice) {
    return std::string(slice.begin(), slice.end());
  };
  EXPECT_EQ(text(clone.shared), text(encoded.shared));
}

TEST(WireTest, ManyRecipientsShareOneBody) {
  v1::Delivery delivery;
  delivery.set_text(std::string(1000, 'x'));
  const auto encoded = Encode(1, delivery);
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("o" + std::to_string(i));
  const std::vector<absl::string_view> ids(names.begin(), names.end());
  ResponseWriter writer;
  writer.Add(encoded, ids);
  v1::AttachResponse response;
  const grpc::ByteBuffer bytes = writer.Take();
  EXPECT_LT(bytes.Length(), 10'000U);
  ASSERT_TRUE(rpc::FromBytes(bytes, &response));
  EXPECT_EQ(response.deliveries(0).recipient_ids_size(), 1000);
  EXPECT_EQ(response.deliveries(0).text().size(), 1000U);
}

TEST(WireTest, IdsAreNumbers) {
  EXPECT_EQ(DeliveryNo(DeliveryId(42)), 42);
  EXPECT_EQ(DeliveryNo("x"), 0);
  EXPECT_EQ(DeliveryNo("-4"), 0);
}

}  // namespace
}  // namespace wangge::command
