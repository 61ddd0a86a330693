'use strict';

/** The package's entry: the compiled node and credential classes, as n8n loads them. */
module.exports = {
	...require('./dist/credentials/DashScopeApi.credentials.js'),
	...require('./dist/nodes/WanKeyframeVideo/WanKeyframeVideo.node.js'),
	...require('./dist/nodes/WanKeyframeVideo/WanKeyframeVideoTrigger.node.js'),
};
