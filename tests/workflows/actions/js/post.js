console.log('POST ' + process.env.STATE_me)
