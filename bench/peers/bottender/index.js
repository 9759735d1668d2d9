// Says the same words back, in the manner of Bottender's own first example.
module.exports = async function App(context) {
  if (context.event.isText) await context.sendText(context.event.text);
};
