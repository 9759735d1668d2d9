// LINE alone, answering by reply token; sessions stay in memory, which is Bottender's default.
module.exports = {
  session: { driver: 'memory', stores: { memory: { maxSize: 500 } } },
  channels: {
    line: {
      enabled: true,
      path: '/webhooks/line',
      accessToken: process.env.LINE_CHANNEL_ACCESS_TOKEN,
      channelSecret: process.env.LINE_CHANNEL_SECRET,
      origin: process.env.LINE_API_URL,
      sendMethod: 'reply',
    },
  },
};
